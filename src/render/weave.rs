//! HTML in the sanitiser's own form → [`Fragment`], with our markup woven in: slots for links and
//! pictures, frames around tables, ids of headings, the pieces that were set aside.

use std::borrow::Cow;

use super::clean::{Origin, Pieces};
use super::fragment::{Fragment, Image, Link, Slot};
use super::page::{Heading, PageState, Title};
use super::styler::Styles;
use crate::html::unescape;

struct Weaver<'a> {
    out: Fragment,
    pieces: Vec<Option<Fragment>>,
    known: &'a Pieces,
    styles: Styles,
    origin: Origin,
    page: &'a mut PageState,
    tables: usize,
    links: usize,
    /// How many lists and lists of definitions are open, and for each open item whether it stands
    /// in one: an item without a list would end one of ours, and gets one.
    lists: [usize; 2],
    items: Vec<bool>,
    /// The title that is being taken out, and the text before it.
    title: Option<(Fragment, Title)>,
}

/// The attributes of one tag as the serialiser wrote them, values unescaped.
type Attributes<'a> = Vec<(&'a str, Cow<'a, str>)>;

/// What is woven into cleaned HTML.
pub(super) struct Threads {
    /// The pieces that placeholders stand for.
    pub(super) pieces: Pieces,
    /// The styles of elements by their ids.
    pub(super) styles: Styles,
    /// Where the HTML stands.
    pub(super) origin: Origin,
}

/// Weaves our markup into cleaned HTML. Ids, headings and assets go to `page`.
pub(super) fn weave(html: &str, threads: Threads, page: &mut PageState) -> Fragment {
    let Threads { mut pieces, styles, origin } = threads;
    let own = pieces.take().into_iter().map(Some).collect();
    let mut weaver = Weaver {
        out: Fragment::new(),
        pieces: own,
        known: &pieces,
        styles,
        origin,
        page,
        tables: 0,
        links: 0,
        lists: [0; 2],
        items: Vec::new(),
        title: None,
    };
    weaver.weave(html);
    weaver.finish()
}

impl Weaver<'_> {
    fn weave(&mut self, html: &str) {
        let mut at = 0;
        while let Some(next) = memchr::memchr(b'<', &html.as_bytes()[at..]) {
            self.out.markup(&html[at..at + next]);
            at += next;
            let Some((name, attributes, end)) = tag(html, at) else {
                // The serialiser escapes every `<` of text: this cannot be, and is made harmless.
                self.out.markup("&lt;");
                at += 1;
                continue;
            };
            if let Some(name) = name.strip_prefix('/') {
                self.close(name);
            } else {
                self.open(name, attributes, &html[end..]);
            }
            at = end;
        }
        self.out.markup(&html[at..]);
    }

    /// What was woven; a title that was never closed stays where it is.
    fn finish(self) -> Fragment {
        match self.title {
            Some((mut before, _)) => {
                before.append(self.out);
                before
            }
            None => self.out,
        }
    }

    fn open(&mut self, name: &str, attributes: Attributes<'_>, after: &str) {
        let get =
            |key: &str| attributes.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_ref());
        let piece = match name {
            "img" => get("alt"),
            "hr" => get("title"),
            _ => None,
        };
        if let Some(number) = piece.and_then(|value| self.known.number(value)) {
            if let Some(piece) = self.pieces.get_mut(number).and_then(Option::take) {
                self.out.append(piece);
            }
            return;
        }
        if name == "h1" && self.take_title(after, get("id").or_else(|| get("name"))) {
            return;
        }
        match name {
            "img" => return self.image(&attributes),
            "table" => {
                if self.tables == 0 {
                    self.out.markup("<div class=\"table-wrap\" tabindex=\"0\">");
                }
                self.tables += 1;
            }
            "a" => self.links += 1,
            "ul" | "ol" | "menu" => self.lists[0] += 1,
            "dl" => self.lists[1] += 1,
            "li" | "dd" | "dt" => {
                let stands = self.lists[usize::from(name != "li")] > 0;
                self.items.push(stands);
                if !stands {
                    self.out.markup(if name == "li" { "<ul>" } else { "<dl>" });
                }
            }
            _ => {}
        }
        self.out.markup("<");
        self.out.markup(name);
        let mut style = get("style").unwrap_or_default().to_owned();
        let own_id = get("id").or_else(|| get("name"));
        if let Some(more) = own_id.and_then(|id| self.styles.of(id)) {
            style = if style.is_empty() { more.to_owned() } else { format!("{more};{style}") };
        }
        let alias = match (own_id.map(str::to_owned), heading_level(name)) {
            (Some(id), level) => {
                if self.page.anchors.take_authors(&id) {
                    self.attribute("id", &id);
                }
                level.and_then(|level| self.heading(level, after, Some(id)))
            }
            (None, Some(level)) => self.heading(level, after, None),
            (None, None) => None,
        };
        for (key, value) in &attributes {
            match *key {
                "id" | "name" | "style" => {}
                "href" if name == "a" => {
                    let link = self.link(value);
                    self.out.slot(Slot::Href(link));
                }
                "src" => {
                    let link = self.link(value);
                    self.out.slot(Slot::Src(link));
                }
                key => self.attribute(key, value),
            }
        }
        if !style.is_empty() {
            self.attribute("style", &style);
        }
        if matches!(name, "audio" | "video") {
            self.out.markup(" controls preload=\"none\"");
        }
        self.out.markup(">");
        if let Some(alias) = alias {
            self.out.markup("<span class=\"alias\" id=\"");
            self.out.attribute(&alias);
            self.out.markup("\"></span>");
        }
    }

    /// Begins to take the page's title out of its text, where this heading is to be it.
    fn take_title(&mut self, after: &str, id: Option<&str>) -> bool {
        let Some(end) = after.find("</h1").filter(|end| *end < 2000) else { return false };
        let text = text_of(&after[..end]);
        let says_it = self.page.title_is.as_ref().is_none_or(|title| *title == text);
        if !self.page.wants_title || self.title.is_some() || text.is_empty() || !says_it {
            return false;
        }
        let (id, alias) = match id {
            Some(id) if self.page.anchors.take_authors(id) => (id.to_owned(), self.page.anchors.alias(&text)),
            _ => self.page.anchors.of_heading(&text),
        };
        let before = std::mem::take(&mut self.out);
        self.title = Some((before, Title { text, html: Fragment::new(), id, alias }));
        true
    }

    fn close(&mut self, name: &str) {
        if name == "h1"
            && let Some((before, mut title)) = self.title.take()
        {
            title.html = std::mem::replace(&mut self.out, before);
            self.page.wants_title = false;
            self.page.title = Some(title);
            return;
        }
        match name {
            "li" | "dd" | "dt" if self.items.pop() == Some(false) => {
                let list = if name == "li" { "ul" } else { "dl" };
                self.out.markup(&format!("</{name}></{list}>"));
                return;
            }
            "ul" | "ol" | "menu" => self.lists[0] = self.lists[0].saturating_sub(1),
            "dl" => self.lists[1] = self.lists[1].saturating_sub(1),
            _ => {}
        }
        self.out.markup("</");
        self.out.markup(name);
        self.out.markup(">");
        match name {
            "table" if self.tables > 0 => {
                self.tables -= 1;
                if self.tables == 0 {
                    self.out.markup("</div>");
                }
            }
            "a" => self.links = self.links.saturating_sub(1),
            _ => {}
        }
    }

    fn attribute(&mut self, key: &str, value: &str) {
        self.out.markup(" ");
        self.out.markup(key);
        self.out.markup("=\"");
        self.out.attribute(value);
        self.out.markup("\"");
    }

    fn link(&mut self, target: &str) -> Link {
        if let Some(link) = self.known.link_of(target) {
            return link.clone();
        }
        let target = target.trim();
        let line = self.page.line_of(target, self.origin.line);
        Link { target: target.to_owned(), cell: self.origin.cell, line, is_bare: false }
    }

    fn image(&mut self, attributes: &Attributes<'_>) {
        let get =
            |key: &str| attributes.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_ref());
        let Some(src) = get("src") else { return };
        let mut more = String::new();
        let mut style = get("style").unwrap_or_default().to_owned();
        for key in ["width", "height"] {
            let Some(value) = get(key).map(|value| value.trim().trim_end_matches("px")) else { continue };
            if let Some(percent) = value.strip_suffix('%') {
                style.push_str(&format!(";{key}:{percent}%"));
            } else if let Ok(pixels) = value.parse::<f64>()
                && pixels >= 1.0
            {
                more.push_str(&format!(" {key}=\"{}\"", pixels.min(9999.0) as u32));
            }
        }
        if !style.is_empty() {
            more.push_str(&format!(" style=\"{}\"", crate::html::escape(style.trim_start_matches(';'))));
        }
        if let Some(id) = get("id").map(str::to_owned)
            && self.page.anchors.take_authors(&id)
        {
            more.push_str(&format!(" id=\"{}\"", crate::html::escape(&id)));
        }
        let link = self.link(src);
        let image = Image {
            link,
            alt: get("alt").unwrap_or_default().to_owned(),
            title: get("title").unwrap_or_default().to_owned(),
            attributes: more,
            linked: self.links > 0,
        };
        let piece = self.page.image(image);
        self.out.append(piece);
    }

    /// A heading in authors' HTML: it gets an anchor and a place in the contents as any other. What
    /// comes back is JupyterLab's anchor, if that is another one.
    fn heading(&mut self, level: u8, after: &str, id: Option<String>) -> Option<String> {
        // Up to its end, or to the next heading where it has none of its own.
        let end = [after.find("</h"), after.find("<h")].into_iter().flatten().min().unwrap_or(after.len());
        let text: String = text_of(&after[..end]).chars().take(300).collect();
        if text.is_empty() {
            return None;
        }
        let (id, alias) = match id {
            Some(id) => (id, None),
            None => {
                let (id, alias) = self.page.anchors.of_heading(&text);
                self.attribute("id", &id);
                (id, alias)
            }
        };
        self.page.headings.push(Heading { level, text, id, cell: self.origin.cell, number: String::new() });
        alias
    }
}

fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// The text of cleaned HTML, on one line.
pub(super) fn text_of(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        out.push(' ');
        rest = rest[at..].find('>').map_or("", |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    unescape(&out).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads the tag at `at`: its name (with the slash of a closing one), its attributes, its end.
fn tag(html: &str, at: usize) -> Option<(&str, Attributes<'_>, usize)> {
    let bytes = html.as_bytes();
    let mut end = at + 1;
    while end < bytes.len() && !matches!(bytes[end], b' ' | b'>') {
        end += 1;
    }
    let name = html.get(at + 1..end)?;
    if !name.trim_start_matches('/').starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let mut attributes = Vec::new();
    loop {
        match *bytes.get(end)? {
            b'>' => return Some((name, attributes, end + 1)),
            b' ' => {
                let equals = end + memchr::memchr(b'=', &bytes[end..])?;
                let key = html.get(end + 1..equals)?;
                if bytes.get(equals + 1) != Some(&b'"') {
                    return None;
                }
                let close = equals + 2 + memchr::memchr(b'"', &bytes[equals + 2..])?;
                attributes.push((key, unescape(&html[equals + 2..close])));
                end = close + 1;
            }
            _ => return None,
        }
    }
}

//! What stands inside of a line beyond CommonMark: roles, shortcodes, citations and references,
//! spans with classes, names.

use pulldown_cmark::Event;

use super::super::citation::{Citation, Cite};
use super::super::clean::{self, Origin, Pieces};
use super::super::fragment::{Fragment, Slot, Words};
use super::super::page::{PageState, link};
use super::super::target::{self, Kind};
use super::attributes::Attributes;
use super::containers::MARK;
use super::{Writer, reference};
use crate::diagnostic::{Note, Rule};
use crate::notebook::marks::{self, Place, Role, Says, Shortcode};

/// Something in a line that is more than its text.
enum Found<'t> {
    /// A name that references can aim at.
    Name(&'t str),
    /// A caption that belongs to nothing.
    Caption,
    /// `{{< … >}}`.
    Shortcode(&'t str),
    /// `[text]{attributes}`.
    Span(&'t str, Attributes),
    /// `[… @key …]`.
    Bracketed(&'t str),
    /// `@key`.
    Key(&'t str),
}

/// The first such thing in a text: where it begins and ends.
fn next(text: &str) -> Option<(usize, usize, Found<'_>)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Of `MARK` the first byte is enough to look for.
    while let Some(step) = memchr::memchr3(b'{', b'@', 0xee, bytes.get(at..)?) {
        let here = at + step;
        at = here + 1;
        let rest = &text[here..];
        if let Some(inner) = rest.strip_prefix(MARK) {
            let Some(end) = inner.find(MARK) else { continue };
            let found = if &inner[..end] == ":" { Found::Caption } else { Found::Name(&inner[..end]) };
            return Some((here, here + MARK.len_utf8() * 2 + end, found));
        }
        if bytes[here] == b'{' {
            if rest.starts_with("{{<") {
                // `{{{< … >}}}` shows a shortcode and is none.
                if let Some(end) = rest.find(">}}").filter(|_| !text[..here].ends_with('{')) {
                    return Some((here, here + end + 3, Found::Shortcode(rest[3..end].trim())));
                }
            } else if text[..here].ends_with(']')
                && let Some(open) = text[..here].rfind('[')
                && let Some((attributes, length)) = Attributes::read(rest)
                && attributes != Attributes::default()
            {
                return Some((open, here + length, Found::Span(&text[open + 1..here - 1], attributes)));
            }
            continue;
        }
        if bytes[here] != b'@' {
            continue;
        }
        if let Some(open) = text[..here].rfind('[')
            && !text[open..here].contains(']')
            && let Some(close) = text[here..].find(']')
        {
            let end = here + close + 1;
            // A link's words may hold an `@` too.
            if !text[end..].starts_with(['(', '[']) && key(&text[here + 1..]).is_some() {
                return Some((open, end, Found::Bracketed(&text[open + 1..end - 1])));
            }
        }
        let before = text[..here].chars().next_back();
        if before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '-' | ';' | '"' | '“'))
            && let Some(key) = key(&text[here + 1..])
        {
            return Some((here, here + 1 + key.len(), Found::Key(key)));
        }
    }
    None
}

/// The key of a work or the name of a target at the start of a text.
fn key(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| {
            !(c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '#' | '$' | '%' | '&' | '-' | '+' | '/'))
        })
        .unwrap_or(text.len());
    let key = text[..end].trim_end_matches(['.', ':', ',', '-', '/', '+', '&', '%', '#', '$']);
    (!key.is_empty() && key.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(key)
}

/// Takes `[see @a, pp. 3-4; -@b]` apart (Pandoc's citation syntax).
fn cites(text: &str) -> Vec<Cite> {
    let parts = text.split(';').filter_map(|part| {
        let at = part.find('@')?;
        let key = key(&part[at + 1..])?;
        let before = part[..at].trim();
        let after = part[at + 1 + key.len()..].trim_start();
        let (locator, suffix) = locator(after.strip_prefix(',').unwrap_or(after).trim());
        Some(Cite {
            key: key.to_owned(),
            prefix: before.trim_end_matches('-').trim().to_owned(),
            suppress_author: before.ends_with('-'),
            locator,
            suffix,
        })
    });
    parts.collect()
}

/// `pp. 3-4 and more` → the pages, and the rest as a suffix.
fn locator(text: &str) -> (Option<(&'static str, String)>, String) {
    const WORDS: &[(&str, &str)] = &[
        ("pp.", "page"),
        ("p.", "page"),
        ("pages", "page"),
        ("page", "page"),
        ("chap.", "chapter"),
        ("chapter", "chapter"),
        ("ch.", "chapter"),
        ("sec.", "section"),
        ("section", "section"),
        ("§", "section"),
        ("fig.", "figure"),
        ("vol.", "volume"),
        ("no.", "issue"),
        ("line", "line"),
    ];
    if text.is_empty() {
        return (None, String::new());
    }
    let found = WORDS.iter().find_map(|(word, kind)| Some((*kind, text.strip_prefix(word)?)));
    match found {
        Some((kind, rest)) => {
            let rest = rest.trim_start();
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '–' | '.')))
                .unwrap_or(rest.len());
            let tail = &rest[end..];
            let tail = if tail.is_empty() { String::new() } else { tail.to_owned() };
            (Some((kind, rest[..end].to_owned())), tail)
        }
        None => (None, format!(", {text}")),
    }
}

impl Writer<'_> {
    /// Text that may hold more than text.
    pub(super) fn rich(&mut self, text: &str, line: u32) {
        let mut rest = text;
        while let Some((start, end, found)) = next(rest) {
            self.plain(&rest[..start], line);
            let whole = &rest[start..end];
            match found {
                Found::Name(label) => self.spot(label),
                Found::Caption => self.plain(": ", line),
                Found::Shortcode(said) => self.shortcode(said, whole, line),
                Found::Span(inner, attributes) => self.span(inner, &attributes, line),
                Found::Bracketed(inner) => self.bracketed(inner, whole, line),
                Found::Key(key) => self.key(key, line),
            }
            rest = &rest[end..];
        }
        self.plain(rest, line);
    }

    /// A name in front of a block or in a line.
    pub(super) fn spot(&mut self, label: &str) {
        if let Some(anchor) = self.page.name(label, Kind::Spot, Default::default()) {
            let piece = super::super::frame::anchor(&anchor);
            self.piece(piece, false);
        }
    }

    fn key(&mut self, key: &str, line: u32) {
        if target::kind_of(key).is_some() {
            let piece = reference::to(key, Words::Number, (line, &format!("@{key}")), self.page);
            self.gather(key);
            self.piece(piece, false);
        } else if self.page.context.works.has(key) {
            let cite = Cite { key: key.to_owned(), ..Cite::default() };
            self.cite(Citation { narrative: true, cites: vec![cite] });
        } else {
            self.plain(&format!("@{key}"), line);
        }
    }

    fn bracketed(&mut self, inner: &str, whole: &str, line: u32) {
        let cites = cites(inner);
        let references = cites.iter().filter(|cite| target::kind_of(&cite.key).is_some()).count();
        if references > 0 && references == cites.len() {
            for (place, cite) in cites.iter().enumerate() {
                if place > 0 {
                    self.plain(", ", line);
                }
                let words = if cite.suppress_author {
                    Words::Template("%s".to_owned())
                } else if cite.prefix.is_empty() {
                    Words::Number
                } else {
                    Words::Template(format!("{} %s", cite.prefix))
                };
                let piece = reference::to(&cite.key, words, (line, &format!("@{}", cite.key)), self.page);
                self.piece(piece, false);
            }
            return;
        }
        let works = &self.page.context.works;
        let unknown: Vec<String> =
            cites.iter().filter(|cite| !works.has(&cite.key)).map(|cite| cite.key.clone()).collect();
        if cites.is_empty() || unknown.len() == cites.len() {
            if !works.is_empty() && !cites.is_empty() {
                self.unknown_works(&unknown, line);
            }
            return self.plain(whole, line);
        }
        self.unknown_works(&unknown, line);
        self.cite(Citation { narrative: false, cites });
    }

    fn unknown_works(&mut self, keys: &[String], line: u32) {
        for key in keys {
            self.page.note(
                Note::warning(Rule::Reference, format!("no work of the bibliography has the key `{key}`"))
                    .at_line(line)
                    .help("add it to the file that `bibliography` names, or mend the key"),
            );
        }
    }

    fn cite(&mut self, citation: Citation) {
        let number = u32::try_from(self.page.citations.len()).unwrap_or(u32::MAX);
        self.page.citations.push(citation);
        let mut piece = Fragment::new();
        piece.slot(Slot::Cite(number));
        self.piece(piece, false);
    }

    /// `[text]{.class}`: a few classes have an element of their own, all others are the text.
    fn span(&mut self, inner: &str, attributes: &Attributes, line: u32) {
        let element =
            ["underline", "mark", "kbd", "ul", "smallcaps"].iter().find(|class| attributes.has(class));
        let element = match element {
            Some(&"underline" | &"ul") => Some("u"),
            Some(&"mark") => Some("mark"),
            Some(&"kbd") => Some("kbd"),
            _ => None,
        };
        if let Some(id) = &attributes.id {
            self.spot(id);
        }
        match element {
            Some(element) => {
                self.out.markup(&format!("<{element}>"));
                self.rich(inner, line);
                self.out.markup(&format!("</{element}>"));
            }
            None => self.rich(inner, line),
        }
    }

    fn shortcode(&mut self, said: &str, whole: &str, line: u32) {
        match shortcode(said, line, self.page) {
            Some((piece, block)) => self.piece(piece, block),
            None => self.plain(whole, line),
        }
    }

    /// A role: the text at a place ends with its name in braces, and a code span follows. Back
    /// comes the place behind it.
    pub(super) fn role(&mut self, text: &str, at: usize) -> Option<usize> {
        let (Event::Code(inner), range) = self.events.get(at + 1)? else { return None };
        let before = text.strip_suffix('}')?;
        if self.events[at].1.end != range.start {
            return None;
        }
        let open = before.rfind('{')?;
        let said = &before[open + 1..];
        let name = said.split(' ').next().unwrap_or_default().to_lowercase();
        let mark = marks::find_named(Place::Role, &name);
        let line = self.line_of(self.events[at].1.start);
        let Some(Says::Role(role)) = mark.map(|mark| mark.says) else {
            // `${x}` and the like before code are no roles.
            let near = marks::nearest(Place::Role, &name);
            if let Some(near) = near.filter(|_| !before[..open].ends_with('$')) {
                self.page.note(
                    Note::warning(
                        Rule::Directive,
                        format!("the role `{{{name}}}` is unknown; it stands as text"),
                    )
                    .at_line(line)
                    .help(format!("did you mean `{{{near}}}`?")),
                );
            }
            return None;
        };
        let eaten = std::mem::take(&mut self.eaten).min(open);
        self.text(&before[eaten..open], line);
        let inner = self.unmask(inner);
        self.gather(match role {
            Role::Silent | Role::Cite | Role::CiteInText => "",
            _ => inner.split(" <").next().unwrap_or_default(),
        });
        self.show_role(role, &inner, line);
        Some(at + 2)
    }

    fn show_role(&mut self, role: Role, inner: &str, line: u32) {
        let (words, aim) = match inner.strip_suffix('>').and_then(|inner| inner.rsplit_once('<')) {
            Some((words, aim)) => (Some(words.trim()), aim.trim()),
            None => (None, inner.trim()),
        };
        let given = words
            .filter(|words| !words.is_empty())
            .map(|words| Words::Given(crate::html::escape(words).into_owned()));
        let mut piece = Fragment::new();
        match role {
            Role::Reference => {
                piece = reference::to(aim, given.unwrap_or(Words::Title), (line, inner), self.page)
            }
            Role::Number => {
                let words = words.map_or(Words::Number, |words| Words::Template(words.to_owned()));
                piece = reference::to(aim, words, (line, inner), self.page);
            }
            Role::Equation => piece = reference::to(aim, Words::Equation, (line, inner), self.page),
            Role::Term => {
                let name = format!("term-{}", super::super::page::slug(aim));
                let words = given.unwrap_or_else(|| Words::Given(crate::html::escape(aim).into_owned()));
                piece = reference::to(&name, words, (line, inner), self.page);
            }
            Role::Page => {
                let words = given.unwrap_or(Words::Title);
                piece = reference::to(aim, words, (line, inner), self.page);
            }
            Role::File => {
                piece.markup("<a");
                piece.slot(Slot::Href(link(aim, self.page, line)));
                piece.markup(">");
                piece.text(words.filter(|words| !words.is_empty()).unwrap_or(aim));
                piece.markup("</a>");
            }
            Role::Cite | Role::CiteInText => return self.cite_keys(inner, role == Role::CiteInText, line),
            Role::Math => {
                if let Err(why) = self.page.math.set(inner, false, piece.raw()) {
                    self.page.note(
                        Note::warning(Rule::Math, format!("the formula stands as TeX: {why}")).at_line(line),
                    );
                }
            }
            Role::Element(name) => {
                piece.markup(&format!("<{name}>"));
                piece.text(&inner.replace("-->", "→"));
                piece.markup(&format!("</{name}>"));
            }
            Role::Abbreviation => match inner.strip_suffix(')').and_then(|inner| inner.split_once('(')) {
                Some((short, long)) => {
                    piece.markup("<abbr title=\"");
                    piece.attribute(long.trim());
                    piece.markup("\">");
                    piece.text(short.trim());
                    piece.markup("</abbr>");
                }
                None => piece.text(inner),
            },
            Role::Code => {
                piece.markup("<code>");
                piece.text(inner.trim_start_matches(['~', '!']));
                piece.markup("</code>");
            }
            Role::Glue => piece = self.kept(inner, line),
            Role::Plain => piece.text(&inner.replace(['<', '>'], "")),
            Role::Silent => {}
            Role::Raw => {
                let origin = Origin { cell: self.page.at.number, line };
                piece = clean::clean(inner, Pieces::new(inner), origin, self.page);
            }
        }
        self.piece(piece, false);
    }

    fn cite_keys(&mut self, inner: &str, narrative: bool, line: u32) {
        let keys: Vec<Cite> = inner.split([',', ';']).map(keyed).collect();
        // A DOI needs no file: it is a link.
        if let [only] = keys.as_slice()
            && let Some(doi) = doi_of(&only.key).filter(|_| !self.page.context.works.has(&only.key))
        {
            let mut piece = Fragment::new();
            piece.markup("<a");
            piece.slot(Slot::Href(link(&format!("https://doi.org/{doi}"), self.page, line)));
            piece.markup(">");
            piece.text(&format!("doi:{doi}"));
            piece.markup("</a>");
            return self.piece(piece, false);
        }
        let unknown: Vec<String> = keys
            .iter()
            .filter(|cite| !self.page.context.works.has(&cite.key))
            .map(|cite| cite.key.clone())
            .collect();
        self.unknown_works(&unknown, line);
        if unknown.len() == keys.len() {
            return self.plain(&format!("[{inner}]"), line);
        }
        self.cite(Citation { narrative, cites: keys });
    }

    /// What was kept under a name, in a line: its text.
    fn kept(&mut self, name: &str, line: u32) -> Fragment {
        let (name, format) = name.split_once(':').map_or((name, ""), |(name, format)| (name, format));
        let mut out = Fragment::new();
        match self.page.context.clone().kept.get(name.trim()) {
            Some(bundle) => match bundle.text("text/plain") {
                Some(text) => out.text(&rounded(text.trim().trim_matches('\''), format)),
                None => out.append(super::super::output::of_bundle(bundle, self.page)),
            },
            None => {
                self.page.note(unknown_kept(name).at_line(line));
                out.markup("<code>");
                out.text(name);
                out.markup("</code>");
            }
        }
        out
    }
}

/// One work of a role: its key, with words before and behind it in braces (MyST).
fn keyed(text: &str) -> Cite {
    let mut text = text.trim();
    let mut cite = Cite::default();
    if let Some((prefix, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        prefix.clone_into(&mut cite.prefix);
        text = rest;
    }
    if let Some((key, suffix)) = text.strip_suffix('}').and_then(|text| text.split_once('{')) {
        cite.suffix = format!(", {suffix}");
        text = key;
    }
    text.trim_start_matches('@').clone_into(&mut cite.key);
    cite
}

/// The DOI that a key is.
fn doi_of(key: &str) -> Option<&str> {
    let doi = ["https://doi.org/", "http://doi.org/", "doi:"]
        .iter()
        .find_map(|start| key.strip_prefix(start))
        .unwrap_or(key);
    (doi.starts_with("10.") && doi.contains('/')).then_some(doi)
}

/// What is said of a name under which nothing was kept.
pub(super) fn unknown_kept(name: &str) -> Note {
    Note::warning(Rule::Reference, format!("nothing was kept under the name `{name}`; the name stands"))
        .help("run the cell that keeps it, and save the notebook with its outputs")
}

/// A number in a format such as `.2f`; anything else stays as it is.
fn rounded(text: &str, format: &str) -> String {
    let digits = format.strip_prefix('.').and_then(|format| format.strip_suffix('f'));
    match (digits.and_then(|digits| digits.parse::<usize>().ok()), text.parse::<f64>()) {
        (Some(digits), Ok(number)) if digits < 20 => format!("{number:.digits$}"),
        _ => text.to_owned(),
    }
}

/// A shortcode and whether it is a block; `None` where it stands as text.
pub(super) fn shortcode(said: &str, line: u32, page: &mut PageState) -> Option<(Fragment, bool)> {
    let (name, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    let argument = rest.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
    let Some(Says::Shortcode(kind)) = marks::find(Place::Shortcode, name).map(|mark| mark.says) else {
        let help = match marks::nearest(Place::Shortcode, name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "its words are shown; write what is meant instead".to_owned(),
        };
        page.note(
            Note::warning(Rule::Directive, format!("the shortcode `{name}` is unknown; it stands as text"))
                .at_line(line)
                .help(help),
        );
        return None;
    };
    let mut out = Fragment::new();
    match kind {
        Shortcode::Include => return Some((super::directive::include(argument, line, page), true)),
        Shortcode::Embed => {
            let input = rest.contains("echo=true");
            return Some((reference::embed(argument, (input, true), line, page), true));
        }
        Shortcode::Meta => out.text(&value(argument, &page.context.clone().front, (name, line), page)?),
        Shortcode::Var => out.text(&value(argument, &page.context.clone().variables, (name, line), page)?),
        Shortcode::Video => {
            let is_url = argument.contains("://");
            out.markup("<p class=\"output-label\">");
            if is_url {
                out.markup("<a");
                out.slot(Slot::Href(link(argument, page, line)));
                out.markup(">");
                out.text(argument);
                out.markup("</a>");
            } else {
                out.markup("<video controls preload=\"none\"");
                out.slot(Slot::Src(link(argument, page, line)));
                out.markup("></video>");
            }
            out.markup("</p>\n");
            return Some((out, true));
        }
        Shortcode::Keys => {
            out.markup("<kbd>");
            out.text(rest.trim());
            out.markup("</kbd>");
        }
        Shortcode::Silent => return Some((out, true)),
    }
    Some((out, false))
}

/// A value at a dotted path.
fn value(
    path: &str,
    map: &serde_json::Map<String, serde_json::Value>,
    (name, line): (&str, u32),
    page: &mut PageState,
) -> Option<String> {
    let mut parts = path.split('.');
    let mut found = map.get(parts.next().unwrap_or_default());
    for part in parts {
        found = found.and_then(|value| value.get(part));
    }
    match found {
        Some(serde_json::Value::String(text)) => Some(text.clone()),
        Some(other) if !other.is_object() && !other.is_array() => Some(other.to_string()),
        _ => {
            page.note(
                Note::warning(Rule::Directive, format!("`{name} {path}` names no value; it stands as text"))
                    .at_line(line)
                    .help("add the value, or mend the name"),
            );
            None
        }
    }
}

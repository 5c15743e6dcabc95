//! The one sanitiser: HTML of authors and kernels → [`Fragment`].
//!
//! Everything goes through ammonia with one profile (`security.md` 5.3); what it gives back is
//! HTML in the serialiser's own form, into which `weave` puts our markup.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::asset;
use super::fragment::{Fragment, Link};
use super::page::{PageState, is_authors};
use super::styler;
use super::svg;
use super::weave::{self, Threads, text_of};
use crate::diagnostic::{Note, Rule};
use crate::digest::Digest;
use crate::html::unescape;

/// Pieces of our own that stand in for their placeholders after cleaning.
pub(super) struct Pieces {
    nonce: String,
    pieces: Vec<Fragment>,
    links: Vec<Link>,
}

impl Pieces {
    /// Placeholders that `source` cannot hold: they carry a hash of it.
    pub(super) fn new(source: &str) -> Self {
        Self {
            nonce: format!("b{:.20}", Digest::of(source.as_bytes())),
            pieces: Vec::new(),
            links: Vec::new(),
        }
    }

    /// None yet, for another part of the same source.
    pub(super) fn fresh(&self) -> Self {
        Self { nonce: self.nonce.clone(), pieces: Vec::new(), links: Vec::new() }
    }

    /// A placeholder for a piece that may stand inside a line.
    pub(super) fn inline(&mut self, piece: Fragment) -> String {
        self.pieces.push(piece);
        format!("<img alt=\"{}-{}\">", self.nonce, self.pieces.len() - 1)
    }

    /// A placeholder for a piece that is a block.
    pub(super) fn block(&mut self, piece: Fragment) -> String {
        self.pieces.push(piece);
        format!("<hr title=\"{}-{}\">", self.nonce, self.pieces.len() - 1)
    }

    /// A relative URL that stands for a link.
    pub(super) fn link(&mut self, link: Link) -> String {
        self.links.push(link);
        format!("{}-{}", self.nonce, self.links.len() - 1)
    }

    /// The pieces themselves, in the order of their placeholders.
    pub(super) fn take(&mut self) -> Vec<Fragment> {
        std::mem::take(&mut self.pieces)
    }

    /// The link that a placeholder URL stands for.
    pub(super) fn link_of(&self, url: &str) -> Option<&Link> {
        self.links.get(self.number(url)?)
    }

    /// The number of the piece that a placeholder stands for.
    pub(super) fn number(&self, value: &str) -> Option<usize> {
        value.strip_prefix(self.nonce.as_str())?.strip_prefix('-')?.parse().ok()
    }
}

/// Elements beyond ammonia's own list.
const MORE_TAGS: &[&str] = &[
    "tfoot", "section", "audio", "video", "source", "track", "picture", "font", "tt", "big", "address", "u",
    "label", "output", "meter", "progress", "dfn", "search",
];

/// Classes that authors' HTML may bear: those that carry meaning, never those of our interface.
const CLASSES: &[&str] = &[
    "dataframe",
    "alert",
    "note",
    "tip",
    "warning",
    "caution",
    "important",
    "danger",
    "text-center",
    "footnotes",
    "footnote-ref",
    "admonition",
    "admonition-title",
    "task",
    "table",
    "jp-RenderedHTMLCommon",
    "rendered_html",
    "math-tex",
];

/// Whether a class may stand; families by their prefix.
fn class_is_kept(class: &str) -> bool {
    CLASSES.contains(&class)
        || ["alert-", "language-", "admonition-", "align-"].iter().any(|family| {
            class.strip_prefix(family).is_some_and(|rest| {
                !rest.is_empty()
                    && rest.len() < 24
                    && rest
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'#'))
            })
        })
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(MORE_TAGS)
        .rm_clean_content_tags(&["script", "style"])
        .clean_content_tags(HashSet::from([
            "script",
            "style",
            "template",
            "noscript",
            "svg",
            "textarea",
            "select",
            "object",
            "applet",
            "noembed",
            "noframes",
            "title",
            "xmp",
            "iframe",
            "plaintext",
        ]))
        .generic_attributes(HashSet::from(["class", "id", "title", "lang", "dir", "style", "align", "name"]))
        .add_tag_attributes("a", &["href"])
        .add_tag_attributes("img", &["src", "alt", "width", "height"])
        .add_tag_attributes("audio", &["src"])
        .add_tag_attributes("video", &["src", "width", "height"])
        .add_tag_attributes("source", &["src", "type"])
        .add_tag_attributes("track", &["src", "kind", "srclang", "label"])
        .add_tag_attributes("details", &["open"])
        .add_tag_attributes("td", &["valign", "bgcolor"])
        .add_tag_attributes("th", &["valign", "bgcolor"])
        .add_tag_attributes("font", &["color", "size"])
        .add_tag_attributes("meter", &["value", "min", "max", "low", "high", "optimum"])
        .add_tag_attributes("progress", &["value", "max"])
        .add_url_schemes(&["data", "attachment", "tel", "mailto"])
        .link_rel(None)
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(|element, attribute, value| match attribute {
            "class" => {
                let kept: Vec<&str> =
                    value.split_ascii_whitespace().filter(|class| class_is_kept(class)).collect();
                (!kept.is_empty()).then(|| kept.join(" ").into())
            }
            "style" => styler::inline(value).map(Cow::Owned),
            "id" | "name" => is_authors(value).then_some(value.into()),
            "href" if value.trim_start().to_ascii_lowercase().starts_with("data:") => None,
            "src" if value.trim_start().to_ascii_lowercase().starts_with("data:") && element != "img" => None,
            "align" => matches!(value, "left" | "right" | "center" | "justify").then_some(value.into()),
            "width" | "height" if element == "img" || element == "video" => {
                let digits = value.trim().trim_end_matches("px").trim_end_matches('%');
                digits.bytes().all(|b| b.is_ascii_digit() || b == b'.').then_some(value.into())
            }
            _ => Some(value.into()),
        });
    builder
});

/// Where the HTML stands, for the links in it.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    /// The number of the cell.
    pub(super) cell: u32,
    /// The line in the cell's source.
    pub(super) line: u32,
}

/// Cleans HTML and weaves `pieces` into it. Ids, headings, assets and notes go to `page`.
pub(super) fn clean(html: &str, mut pieces: Pieces, origin: Origin, page: &mut PageState) -> Fragment {
    let html = set_aside(html, &mut pieces, page);
    if is_too_deep(&html) {
        page.note(
            Note::warning(Rule::Output, "HTML is nested too deep to be shown; its text stands alone")
                .help("no page needs more than a few hundred levels"),
        );
        let mut out = Fragment::new();
        out.text(&text_of(&html));
        return out;
    }
    let styles = styler::take_sheets(&html);
    let cleaned = CLEANER.clean(&html).to_string();
    weave::weave(&cleaned, Threads { pieces, styles, origin }, page)
}

/// How deep elements may nest.
const MAX_DEPTH: usize = 512;
/// How many words one tag may hold.
const MAX_TAG_WORDS: usize = 4000;

/// Elements that close by themselves, so that their tags say nothing of the depth.
const SHALLOW: &[&str] = &[
    "br", "hr", "img", "input", "col", "wbr", "source", "track", "meta", "link", "p", "li", "td", "th", "tr",
    "dt", "dd", "option", "tbody", "thead", "tfoot",
];

/// Whether elements nest, or attributes pile up, so that the parser would take for ever: its time
/// grows with the square of both.
fn is_too_deep(html: &str) -> bool {
    let bytes = html.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    // What a script holds is no markup, but inside of formulas and drawings.
    let has_math = find_tag(html, 0, "math").is_some();
    while let Some(start) = memchr::memchr(b'<', &bytes[at..]).map(|start| at + start) {
        let end = memchr::memchr(b'>', &bytes[start..]).map_or(bytes.len(), |end| start + end);
        at = start + 1;
        let tag = &bytes[start + 1..end];
        let closes = tag.first() == Some(&b'/');
        let name = tag.strip_prefix(b"/").unwrap_or(tag);
        let length = name.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = &name[..length];
        if name.is_empty() || SHALLOW.iter().any(|shallow| name.eq_ignore_ascii_case(shallow.as_bytes())) {
            continue;
        }
        if !closes && !has_math && name.eq_ignore_ascii_case(b"script") {
            let Some(end) = find_tag(html, start + 1, "/script") else { return false };
            at = end + 1;
            continue;
        }
        depth = if closes { depth.saturating_sub(1) } else { depth + 1 };
        let words = tag.iter().take(1 << 20).filter(|byte| byte.is_ascii_whitespace()).count();
        if depth > MAX_DEPTH || words > MAX_TAG_WORDS {
            return true;
        }
        at = end;
    }
    false
}

/// Takes out what the sanitiser would lose: frames become links, drawings become pictures.
fn set_aside<'a>(html: &'a str, pieces: &mut Pieces, page: &mut PageState) -> Cow<'a, str> {
    let mut html = Cow::Borrowed(html);
    if find_tag(&html, 0, "iframe").is_some() {
        let mut out = String::with_capacity(html.len());
        let mut at = 0;
        while let Some(start) = find_tag(&html, at, "iframe") {
            let Some(length) = tag_length(&html[start..]) else { break };
            let tag = &html[start..start + length];
            out.push_str(&html[at..start]);
            if let Some(src) = attribute_of(tag, "src") {
                out.push_str("<a href=\"");
                crate::html::escape_into(&mut out, &src);
                out.push_str("\">");
                crate::html::escape_into(&mut out, &src);
                out.push_str("</a>");
            }
            at = start + length + 1;
        }
        out.push_str(&html[at..]);
        html = Cow::Owned(out);
    }
    if find_tag(&html, 0, "svg").is_some() {
        let mut out = String::with_capacity(html.len());
        let mut at = 0;
        while let Some(start) = find_tag(&html, at, "svg") {
            let Some(end) = find_close(&html, start, "svg") else { break };
            out.push_str(&html[at..start]);
            if let Ok((bytes, size)) = svg::clean(&html[start..end]) {
                let piece = super::output::picture(asset::Asset::new(bytes, "svg"), size, "", page);
                out.push_str(&pieces.inline(piece));
            }
            at = end;
        }
        out.push_str(&html[at..]);
        html = Cow::Owned(out);
    }
    html
}

/// Where the `>` of the tag at the start of `html` stands, outside of quotes.
fn tag_length(html: &str) -> Option<usize> {
    let mut quote = None;
    html.bytes().position(|byte| match (quote, byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (Some(open), byte) if open == byte => {
            quote = None;
            false
        }
        _ => false,
    })
}

/// Where the next `<name` stands, in any case.
fn find_tag(html: &str, from: usize, name: &str) -> Option<usize> {
    memchr::memchr_iter(b'<', html.as_bytes().get(from..)?).map(|at| at + from).find(|at| {
        let rest = &html.as_bytes()[at + 1..];
        rest.len() > name.len()
            && rest[..name.len()].eq_ignore_ascii_case(name.as_bytes())
            && matches!(rest[name.len()], b' ' | b'>' | b'\n' | b'\r' | b'\t' | b'/')
    })
}

/// Where the element that starts at `start` ends.
fn find_close(html: &str, start: usize, name: &str) -> Option<usize> {
    let mut at = start;
    let mut depth = 0_usize;
    while let Some(next) = memchr::memchr(b'<', &html.as_bytes()[at..]) {
        at += next;
        let rest = &html.as_bytes()[at..];
        let is =
            |text: &str| rest.len() >= text.len() && rest[..text.len()].eq_ignore_ascii_case(text.as_bytes());
        if is(&format!("</{name}")) {
            depth = depth.saturating_sub(1);
            let end = at + html[at..].find('>')? + 1;
            if depth == 0 {
                return Some(end);
            }
            at = end;
        } else if is(&format!("<{name}")) {
            let end = at + html[at..].find('>')? + 1;
            if !html[..end].ends_with("/>") {
                depth += 1;
            } else if depth == 0 {
                return Some(end);
            }
            at = end;
        } else {
            at += 1;
        }
    }
    None
}

/// The value of an attribute in an author's tag.
fn attribute_of(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.match_indices(name).find(|(at, _)| {
        lower[..*at].ends_with(char::is_whitespace) && lower[at + name.len()..].trim_start().starts_with('=')
    })?;
    let value = tag[at.0 + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let value = match value.as_bytes().first()? {
        quote @ (b'"' | b'\'') => value[1..].split(char::from(*quote)).next()?,
        _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
    };
    Some(unescape(value).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::math::Math;
    use crate::render::plain_table;

    fn the_long_way(html: &str) -> Fragment {
        let mut page = PageState::new(Math::new(Vec::new()), None);
        clean(html, Pieces::new(html), Origin { cell: 1, line: 1 }, &mut page)
    }

    const PANDAS: &str = "<div>\n<style scoped>\n    .dataframe tbody tr th {\n        vertical-align: top;\n    }\n</style>\n<table border=\"1\" class=\"dataframe\">\n  <thead>\n    <tr style=\"text-align: right;\">\n      <th></th>\n      <th>calls</th>\n    </tr>\n  </thead>\n  <tbody>\n    <tr>\n      <th>0</th>\n      <td>1.5</td>\n    </tr>\n  </tbody>\n</table>\n<p>1 rows × 2 columns</p>\n</div>";

    #[test]
    fn pandas_takes_the_short_cut() {
        assert_eq!(plain_table::read(PANDAS), Some(the_long_way(PANDAS)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_short_cut_leads_where_the_long_way_leads(parts in proptest::collection::vec(proptest::sample::select(&[
            "<div>", "</div>", "<table>", "<table border=\"1\" class=\"dataframe\">", "</table>", "<thead>", "</thead>", "<tbody>",
            "</tbody>", "<tr>", "<tr style=\"text-align: right;\">", "</tr>", "<th>", "</th>", "<td>", "</td>", "<p>", "</p>",
            "<td style=\"color: red\">", "<style scoped>", "</style>", "x", " ", "\n", "&lt;", "é", "\u{0}", "<b>", "\"", "<td colspan=\"2\">",
            "<table><tbody><tr><td>", "</td></tr></tbody></table>", "<table><thead><tr><th>", "</th></tr></thead>", "<!--", "-->",
        ][..]), 0..14), wrap in 0..3_u8) {
            let inner = parts.concat();
            let html = match wrap {
                0 => inner,
                1 => format!("<table><tbody><tr><td>{inner}</td></tr></tbody></table>"),
                _ => format!("<div>{inner}</div>"),
            };
            if let Some(short) = plain_table::read(&html) {
                prop_assert_eq!(short, the_long_way(&html));
            }
        }
    }
}

//! A short cut past the sanitiser for the HTML that most outputs are: the tables of pandas.
//!
//! It recognises a tiny grammar, and everything that it is not sure of goes the long way. What it
//! writes is what the long way gives, which a property holds in the tests; it only saves building
//! a tree (ten times the time of reading a table).

use super::fragment::Fragment;
use super::styler;
use crate::html::escape_into;

/// Elements that may be open, and what each may stand in.
const NESTING: &[(&str, &[&str])] = &[
    ("div", &[""]),
    ("table", &["", "div"]),
    ("thead", &["table"]),
    ("tbody", &["table"]),
    ("tr", &["thead", "tbody"]),
    ("th", &["tr"]),
    ("td", &["tr"]),
    ("p", &["div"]),
];

/// The table as a fragment; `None` where the HTML is anything but plain tables.
pub(super) fn read(html: &str) -> Option<Fragment> {
    let mut out = String::with_capacity(html.len() + 64);
    let mut open: Vec<&str> = Vec::with_capacity(8);
    let mut rest = html.trim_start();
    // The long way gives the text around elements as it is; only white space is plain there.
    out.push_str(&html[..html.len() - rest.len()]);
    if !rest.starts_with("<div>") && !rest.starts_with("<table") {
        return None;
    }
    while !rest.is_empty() {
        let at = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        let inside = open.last().copied().unwrap_or_default();
        text(&rest[..at], inside, &mut out)?;
        rest = &rest[at..];
        if rest.is_empty() {
            break;
        }
        let end = memchr::memchr(b'>', rest.as_bytes())?;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop()? != name {
                return None;
            }
            out.push_str("</");
            out.push_str(name);
            out.push('>');
            if name == "table" {
                out.push_str("</div>");
            }
            continue;
        }
        if tag == "style scoped" && inside == "div" {
            let close = memchr::memchr(b'<', rest.as_bytes())?;
            if rest[..close].contains("#T_") {
                return None;
            }
            rest = rest[close..].strip_prefix("</style>")?;
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let (name, parents) = NESTING.iter().find(|(known, _)| *known == name)?;
        if !parents.contains(&inside) {
            return None;
        }
        open.push(name);
        if *name == "table" {
            out.push_str("<div class=\"table-wrap\" tabindex=\"0\">");
        }
        out.push('<');
        out.push_str(name);
        write_attributes(name, attributes, &mut out)?;
        out.push('>');
    }
    if !open.is_empty() {
        return None;
    }
    let mut fragment = Fragment::new();
    fragment.markup(&out);
    Some(fragment)
}

/// Text between tags: anything in cells and paragraphs, white space elsewhere.
fn text(text: &str, inside: &str, out: &mut String) -> Option<()> {
    if matches!(inside, "th" | "td" | "p") {
        // Entities and odd characters are the parser's business.
        let plain = text
            .bytes()
            .all(|b| !matches!(b, b'&' | b'>' | b'\r' | 0x7f) && (b >= 0x20 || b == b'\n' || b == b'\t'))
            && !text.contains('\u{a0}');
        if !plain {
            return None;
        }
    } else if !text.bytes().all(|b| matches!(b, b' ' | b'\n' | b'\t')) {
        return None;
    }
    out.push_str(text);
    Some(())
}

/// The attributes that pandas writes, in the order in which the long way gives them.
fn write_attributes(element: &str, attributes: &str, out: &mut String) -> Option<()> {
    let mut rest = attributes.trim_start_matches(' ');
    let mut style = None;
    let mut seen: Vec<&str> = Vec::with_capacity(2);
    while !rest.is_empty() {
        let (key, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = match after.strip_prefix(' ') {
            Some(more) => more,
            None if after.is_empty() => after,
            None => return None,
        };
        if value.contains(['&', '<', '\'', '\n', '\t', '\r']) || seen.contains(&key) {
            return None;
        }
        seen.push(key);
        match (element, key, value) {
            ("table", "border", _) => {}
            ("table", "class", "dataframe") => out.push_str(" class=\"dataframe\""),
            ("tr" | "th" | "td", "style", value) => style = styler::inline(value),
            _ => return None,
        }
    }
    if let Some(style) = style {
        out.push_str(" style=\"");
        escape_into(out, &style);
        out.push('"');
    }
    Some(())
}

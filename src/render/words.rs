//! What a page says, part by part, for search: prose under its heading, code, outputs.
//!
//! Prose is read off the rendered HTML, so that whatever a dialect shows can be found; code and
//! what programs printed are taken as they stand in the notebook.

use super::ansi;
use super::fragment::{Fragment, Slot};
use crate::html::unescape;
use crate::notebook::{Cell, CellKind, MimeBundle, MimeData, Output};

/// What kind of text a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum UnitKind {
    /// Text for people.
    Prose,
    /// Code, in a cell or in a block of prose.
    Code,
    /// What a program printed or returned.
    Output,
    /// An exception.
    Error,
}

/// A part of a page that can be found by itself.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Unit {
    /// What kind of text it is.
    pub kind: UnitKind,
    /// The id of the place on the page that shows it; empty for the page's beginning.
    pub anchor: String,
    /// The id of the heading that it stands under; empty above the first.
    pub heading: String,
    /// Its text.
    pub text: String,
}

/// The longest text of one cell's source that is searched, in bytes.
const MAX_TEXT: usize = 200_000;

/// Puts the parts of a page together.
#[derive(Debug, Default)]
pub(super) struct Units {
    all: Vec<Unit>,
    /// The id of the last heading.
    heading: String,
}

impl Units {
    pub(super) fn finish(self) -> Vec<Unit> {
        self.all
    }

    /// Takes the parts of one cell, which was rendered as `shown` and bears the id `anchor`.
    pub(super) fn take(&mut self, cell: &Cell, shown: &Fragment, anchor: &str) {
        match &cell.kind {
            CellKind::Markdown | CellKind::Raw(_) => self.prose(shown, anchor),
            CellKind::Code(code) => {
                let source = format!("{}{}", cell.form_prose, cell.source);
                self.push(UnitKind::Code, anchor, &source);
                for output in &code.outputs {
                    match output {
                        Output::Stream { text, .. } => {
                            self.push(UnitKind::Output, anchor, &ansi::strip(&ansi::settle(text)));
                        }
                        Output::Error { name, message, traceback } => {
                            let traceback = traceback.join("\n");
                            let trace = ansi::strip(&traceback);
                            self.push(UnitKind::Error, anchor, &format!("{name}: {message}\n{trace}"));
                        }
                        Output::Data { bundle, .. } => {
                            if let Some(text) = text_of_bundle(bundle) {
                                self.push(UnitKind::Output, anchor, &text);
                            }
                        }
                    }
                }
            }
        }
    }

    fn push(&mut self, kind: UnitKind, anchor: &str, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.all.push(Unit {
            kind,
            anchor: anchor.to_owned(),
            heading: self.heading.clone(),
            text: text[..text.floor_char_boundary(MAX_TEXT)].to_owned(),
        });
    }

    /// Takes rendered prose apart at its headings and its blocks of code.
    fn prose(&mut self, shown: &Fragment, anchor: &str) {
        let html = shown.html();
        let mut text = String::new();
        let mut code = false;
        let mut at = 0;
        let mut slots = shown.slots().iter().peekable();
        let mut here = anchor.to_owned();
        while let Some(start) = memchr::memchr(b'<', &html.as_bytes()[at..]).map(|start| at + start) {
            text.push_str(&unescape(&html[at..start]));
            while let Some((_, slot)) = slots.next_if(|(offset, _)| *offset as usize <= start) {
                if let Slot::Image(image) = slot {
                    text.push_str(&format!(" {} ", image.alt));
                }
            }
            let end = html[start..].find('>').map_or(html.len(), |end| start + end + 1);
            let tag = &html[start..end];
            at = end;
            match tag.as_bytes() {
                [b'<', b'h', b'1'..=b'6', b' ', ..] => {
                    self.push(UnitKind::Prose, &here, &text);
                    text.clear();
                    if let Some(id) = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()) {
                        self.heading = unescape(id).into_owned();
                        here.clone_from(&self.heading);
                    }
                }
                // The words of a heading are those of the section's name.
                [b'<', b'/', b'h', b'1'..=b'6', b'>', ..] => text.clear(),
                _ if tag.starts_with("<pre") && !code => {
                    self.push(UnitKind::Prose, &here, &text);
                    text.clear();
                    code = true;
                }
                _ if tag.starts_with("</pre") && code => {
                    self.push(UnitKind::Code, &here, &text);
                    text.clear();
                    code = false;
                }
                _ if tag.starts_with("<img") => {
                    let alt = tag.split(" alt=\"").nth(1).and_then(|rest| rest.split('"').next());
                    text.push_str(&format!(" {} ", unescape(alt.unwrap_or_default())));
                }
                _ if !code && is_block(tag) => text.push('\n'),
                _ => {}
            }
        }
        text.push_str(&unescape(&html[at..]));
        self.push(UnitKind::Prose, &here, &text);
    }
}

/// Whether a tag parts words.
fn is_block(tag: &str) -> bool {
    let name = tag[1..].trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    !matches!(
        &name[..end],
        "a" | "abbr"
            | "b"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "i"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "u"
            | "var"
            | "mi"
            | "mn"
            | "mo"
    )
}

/// The text of a result: its plain twin, unless that says nothing but what kind of thing it is.
fn text_of_bundle(bundle: &MimeBundle) -> Option<String> {
    let plain =
        bundle.text("text/plain").filter(|text| !(text.starts_with('<') && text.trim_end().ends_with('>')));
    if let Some(text) = plain.or_else(|| bundle.text("text/markdown")) {
        return Some(ansi::strip(&ansi::settle(text)).into_owned());
    }
    if let Some(html) = bundle.text("text/html") {
        return Some(super::weave::text_of(&ammonia::clean(html)));
    }
    if let Some(MimeData::Json(value)) = bundle.get("application/json") {
        return Some(format!("{value:#}"));
    }
    bundle.text("text/latex").map(str::to_owned)
}

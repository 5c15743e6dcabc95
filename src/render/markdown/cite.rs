//! Citations in the text: Pandoc's `@key` and `[see @key, p. 3]`, the keys of MyST's roles.

use super::super::citation::{Citation, Cite};
use super::super::fragment::{Fragment, Slot, Words};
use super::super::page::link;
use super::super::target;
use super::{Writer, reference};
use crate::diagnostic::{Note, Rule};

/// The key of a work or the name of a target at the start of a text.
pub(super) fn key(text: &str) -> Option<&str> {
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
    pub(super) fn key(&mut self, (key, said): (&str, Option<&str>), line: u32) {
        let behind = said.map(|said| format!(" [{said}]"));
        if target::kind_of(key).is_some() {
            let piece = reference::to(key, Words::Number, (line, &format!("@{key}")), self.page);
            self.gather(key);
            self.piece(piece, false);
            self.plain(&behind.unwrap_or_default(), line);
        } else if self.page.context.works.has(key) {
            let (locator, suffix) = locator(said.unwrap_or_default());
            let cite = Cite { key: key.to_owned(), locator, suffix, ..Cite::default() };
            self.cite(Citation { narrative: true, cites: vec![cite] });
        } else {
            self.plain(&format!("@{key}{}", behind.unwrap_or_default()), line);
        }
    }

    pub(super) fn bracketed(&mut self, inner: &str, whole: &str, line: u32) {
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

    pub(super) fn unknown_works(&mut self, keys: &[String], line: u32) {
        for key in keys {
            self.page.note(
                Note::warning(Rule::Reference, format!("no work of the bibliography has the key `{key}`"))
                    .at_line(line)
                    .help("add it to the file that `bibliography` names, or mend the key"),
            );
        }
    }

    pub(super) fn cite(&mut self, citation: Citation) {
        let number = u32::try_from(self.page.citations.len()).unwrap_or(u32::MAX);
        self.page.citations.push(citation);
        let mut piece = Fragment::new();
        piece.slot(Slot::Cite(number));
        self.piece(piece, false);
    }

    pub(super) fn cite_keys(&mut self, inner: &str, narrative: bool, line: u32) {
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

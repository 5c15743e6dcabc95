//! Cells that stand inside of prose: in containers, lists and quotes, and in texts that other
//! pages include. They are shown as code where they stand; here what their marks remove is taken
//! out of the prose, so that it is nowhere in the site.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use serde_json::{Map, Value};

use super::attributes::Attributes;
use super::chunks::chunk;
use super::fence::{Fence, closes_container, split_prefix};
use super::markdown::myst_cell;
use crate::diagnostic::{CellRef, Note};
use crate::notebook::Lang;
use crate::notebook::gather::Gatherer;
use crate::notebook::head::{self, Head};
use crate::notebook::marks::{self, Directive, Place, Says};

/// How deep blocks are looked into.
const MAX_DEPTH: u8 = 12;

/// A cell inside of prose.
struct Inner {
    source: String,
    metadata: Map<String, Value>,
    lang: Lang,
}

impl Inner {
    /// Reads a fence as a cell: MyST's `{code-cell}` and `{raw-cell}`, or a language in braces.
    fn read(info: &str, body: &[&str]) -> Option<Self> {
        if let Some(cell) = myst_cell(info, body) {
            let lang = cell.lang.unwrap_or_default();
            return Some(Self { source: cell.source, metadata: cell.metadata, lang });
        }
        let (lang, metadata) = chunk(info)?;
        Some(Self { source: body.join("\n"), metadata, lang })
    }

    /// What a reader sees of it; `None` where its author removed it.
    fn shown(mut self, gatherer: &mut Gatherer<'_>, at: &CellRef, notes: &mut Vec<Note>) -> Option<String> {
        let head = Head::take(&mut self.source, &self.lang, at, notes);
        head::drop_hidden_lines(&mut self.source);
        gatherer.options(&self.metadata, &head, at, notes).shows_input().then_some(self.source)
    }
}

/// The code that a fence shows: that of the cell in it without its options, or all of it where it is
/// no cell; `None` where the options remove it.
pub fn code_within(info: &str, body: &str) -> Option<String> {
    let lines: Vec<&str> = body.split('\n').collect();
    let at = CellRef { number: 0, id: None, line: 0, spread: false };
    match Inner::read(info, &lines) {
        Some(cell) => cell.shown(&mut Gatherer::bare(), &at, &mut Vec::new()),
        None => Some(body.to_owned()),
    }
}

/// Takes out of `source` the cells, and lines of cells, that their marks remove; whether there were
/// any. Lines keep their places.
pub(in crate::notebook) fn take_out(
    source: &mut String,
    gatherer: &mut Gatherer<'_>,
    at: &CellRef,
    notes: &mut Vec<Note>,
) -> bool {
    let has = |needle: &str| memchr::memmem::find(source.as_bytes(), needle.as_bytes()).is_some();
    if !has("{") || !(has("```") || has("~~~") || has(":::")) {
        return false;
    }
    let lines: Vec<&str> = source.split('\n').collect();
    if !lines.iter().any(|line| Fence::within(line).is_some_and(|(_, fence)| fence.info.starts_with('{'))) {
        return false;
    }
    let literal = literal_lines(source, lines.len());
    let mut gone = vec![false; lines.len()];
    let mut number = 0;
    while number < lines.len() {
        let line = number;
        number += 1;
        let Some((prefix, fence)) = Fence::within(lines[line]).filter(|_| !literal[line]) else { continue };
        if fence.mark == ':'
            && let Some(end) = end_for_others(&fence, &lines[number..])
        {
            gone[line..=number + end].fill(true);
            number += end + 1;
            continue;
        }
        let behind: Vec<&str> = lines[number..].iter().map(|line| unquoted(line)).collect();
        let inside = fence.inside(&behind);
        let body: Vec<&str> = behind[..inside].iter().map(|line| dedent(line, prefix.len())).collect();
        let Some(cell) = Inner::read(fence.info, &body) else { continue };
        let end = (number + inside + 1).min(lines.len());
        match cell.shown(gatherer, at, notes) {
            Some(_) => {
                for (line, text) in body.iter().enumerate() {
                    gone[number + line] = head::is_hidden_line(text);
                }
            }
            None => gone[line..end].fill(true),
        }
        number = end;
    }
    if !gone.contains(&true) {
        return false;
    }
    let kept: Vec<&str> = lines
        .iter()
        .zip(gone)
        .map(
            |(line, gone)| {
                if gone { Fence::within(line).map_or(quotes(line), |(prefix, _)| prefix) } else { line }
            },
        )
        .collect();
    *source = kept.join("\n");
    true
}

/// Where a container that is not for readers of HTML ends; `None` for any other.
fn end_for_others(fence: &Fence<'_>, behind: &[&str]) -> Option<usize> {
    let open = fence.info.find('{')?;
    let (attributes, _) = Attributes::read(&fence.info[open..])?;
    if !attributes.is_for_others() {
        return None;
    }
    let mut depth = 1;
    behind.iter().position(|line| {
        let (_, text) = split_prefix(line);
        if closes_container(text) {
            depth -= 1;
        } else if Fence::of(text).is_some_and(|fence| fence.mark == ':') {
            depth += 1;
        }
        depth == 0
    })
}

fn unquoted(line: &str) -> &str {
    let behind = line.trim_start();
    if behind.starts_with('>') { behind.trim_start_matches([' ', '\t', '>']) } else { line }
}

fn quotes(line: &str) -> &str {
    let length = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
    if line[..length].contains('>') { line[..length].trim_end() } else { "" }
}

fn dedent(line: &str, columns: usize) -> &str {
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    &line[indent.min(columns)..]
}

/// The lines that stand in plain blocks of code: what looks like a cell there is shown as it is.
fn literal_lines(source: &str, count: usize) -> Vec<bool> {
    let mut literal = vec![false; count];
    let places: Vec<usize> = (0..count).collect();
    mark_literal(source, &places, 0, &mut literal);
    literal
}

/// Marks the literal lines of `source`, whose lines stand at `places`.
fn mark_literal(source: &str, places: &[usize], depth: u8, literal: &mut [bool]) {
    let line_at = |offset: usize, from: (usize, usize)| {
        (offset, from.1 + memchr::memchr_iter(b'\n', &source.as_bytes()[from.0..offset.max(from.0)]).count())
    };
    let mut known = (0, 0);
    let mut open: Option<(bool, String, Vec<usize>)> = None;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                known = line_at(range.start, known);
                open = Some((is_literal(&info), String::new(), Vec::new()));
            }
            Event::Text(text) => {
                let Some((_, body, lines)) = &mut open else { continue };
                known = line_at(range.start, known);
                for (number, line) in text.split_inclusive('\n').enumerate() {
                    if body.is_empty() || body.ends_with('\n') {
                        lines.extend(places.get(known.1 + number));
                    }
                    body.push_str(line);
                }
            }
            Event::End(TagEnd::CodeBlock) => match open.take() {
                Some((true, _, lines)) => lines.iter().for_each(|line| literal[*line] = true),
                Some((false, body, lines)) if depth < MAX_DEPTH => {
                    mark_literal(&body, &lines, depth + 1, literal);
                }
                _ => {}
            },
            _ => {}
        }
    }
}

/// Whether a fence with these words shows its text as it stands: one without a directive, or with
/// one that shows code.
fn is_literal(info: &str) -> bool {
    let Some(inner) = info.trim().strip_prefix('{') else { return true };
    let name = inner.split(['}', ' ', ',']).next().unwrap_or_default().to_lowercase();
    if name.starts_with(['.', '{', '#']) {
        return true;
    }
    matches!(
        marks::find_named(Place::Directive, &name).map(|mark| mark.says),
        Some(Says::Directive(Directive::Code | Directive::Demo | Directive::Foreign(_)))
    )
}

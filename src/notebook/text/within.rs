//! Cells that stand inside of prose: in containers, lists and quotes, and in texts that other
//! pages include. They are shown as code where they stand; here what their marks remove is taken
//! out of the prose, so that it is nowhere in the site.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use serde_json::{Map, Value};

use super::attributes::Attributes;
use super::chunks::named;
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
    /// Reads a fence as a cell: MyST's `{code-cell}` and `{raw-cell}`, or a name in braces. Back
    /// comes whether it surely is one: a directive of another tool's looks like a cell in a
    /// language that nobody knows.
    fn read(info: &str, body: &[&str]) -> Option<(Self, bool)> {
        if let Some(cell) = myst_cell(info, body) {
            let lang = cell.lang.unwrap_or_default();
            return Some((Self { source: cell.source, metadata: cell.metadata, lang }, true));
        }
        let (name, metadata) = named(info)?;
        let lang = Lang::new(name);
        let is_cell = lang.is_known() && marks::find(Place::Directive, name).is_none();
        Some((Self { source: body.join("\n"), metadata, lang }, is_cell))
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
        Some((cell, _)) => cell.shown(&mut Gatherer::bare(), &at, &mut Vec::new()),
        None => Some(body.to_owned()),
    }
}

/// Containers that are not for readers of HTML: how many are open, from cell to cell.
#[derive(Debug, Default)]
pub(in crate::notebook) struct Hidden(usize);

impl Hidden {
    /// Whether what stands here is hidden.
    pub(in crate::notebook) fn hides(&self) -> bool {
        self.0 > 0
    }
}

/// Takes out of `source` the cells, and lines of cells, that their marks remove, and what is not for
/// readers of HTML; whether there was any. Lines keep their places.
pub(in crate::notebook) fn take_out(
    source: &mut String,
    (gatherer, hidden): (&mut Gatherer<'_>, &mut Hidden),
    at: &CellRef,
    notes: &mut Vec<Note>,
) -> bool {
    let has = |needle: &str| memchr::memmem::find(source.as_bytes(), needle.as_bytes()).is_some();
    let fenced = has("```") || has("~~~") || has(":::");
    if !hidden.hides() && !fenced && !has("content-hidden") && !has("content-visible") {
        return false;
    }
    let lines: Vec<&str> = source.split('\n').collect();
    let literal = literal_lines(source, lines.len());
    let mut gone = vec![false; lines.len()];
    // A fence that nothing closes is looked for once.
    let mut open_ended: Option<(char, usize)> = None;
    let mut number = 0;
    while number < lines.len() {
        let line = number;
        number += 1;
        if hidden.hides() {
            gone[line] = true;
            let (_, text) = split_prefix(lines[line]);
            if literal[line] {
            } else if closes_container(text) {
                hidden.0 -= 1;
            } else if Fence::of(text).is_some_and(|fence| fence.mark == ':') {
                hidden.0 += 1;
            }
            continue;
        }
        if literal[line] {
            continue;
        }
        if let Some(end) = html_for_others(&lines[line..]) {
            gone[line..line + end].fill(true);
            number = line + end;
            continue;
        }
        let Some((prefix, fence)) = Fence::within(lines[line]) else { continue };
        let for_others = attributes_of(fence.info).is_some_and(|attributes| attributes.is_for_others());
        if fence.mark == ':' && for_others {
            gone[line] = true;
            hidden.0 = 1;
            continue;
        }
        let may_be_cell = match fence.mark {
            ':' => fence.info.starts_with("{code-cell}") || fence.info.starts_with("{raw-cell}"),
            _ => for_others || named(fence.info).is_some() || fence.info.contains("-cell}"),
        };
        if !may_be_cell {
            continue;
        }
        let columns = prefix.len();
        let known = open_ended.is_some_and(|(mark, length)| mark == fence.mark && fence.length() >= length);
        let closing = if known {
            None
        } else {
            lines[number..].iter().position(|line| fence.is_closed_by(bare(line, columns)))
        };
        if closing.is_none() {
            open_ended = Some((fence.mark, fence.length()));
        }
        let inside = closing.unwrap_or(lines.len() - number);
        let end = (number + inside + 1).min(lines.len());
        if for_others {
            gone[line..end].fill(true);
            number = end;
            continue;
        }
        if closing.is_none() && known {
            continue;
        }
        let body: Vec<&str> = lines[number..number + inside].iter().map(|line| bare(line, columns)).collect();
        let Some((cell, is_cell)) = Inner::read(fence.info, &body) else { continue };
        let before = notes.len();
        match cell.shown(gatherer, at, notes) {
            None => gone[line..end].fill(true),
            Some(_) if is_cell => {
                for (line, text) in body.iter().enumerate() {
                    gone[number + line] = head::is_hidden_line(text);
                }
            }
            // A directive: what stands in it is looked at by itself.
            Some(_) => {
                notes.truncate(before);
                continue;
            }
        }
        number = end;
    }
    let spans = spans_for_others(&lines, &literal, &mut gone);
    if !gone.contains(&true) && spans.is_empty() {
        return false;
    }
    let kept: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(number, line)| match spans.get(&number) {
            _ if gone[number] => Fence::within(line).map_or(quotes(line), |(prefix, _)| prefix),
            Some(rest) => rest.as_str(),
            None => line,
        })
        .collect();
    *source = kept.join("\n");
    true
}

/// The attributes in the words of a fence: in braces, or one bare word as a class.
fn attributes_of(info: &str) -> Option<Attributes> {
    if info.starts_with('{') {
        return Attributes::read(info).map(|(attributes, _)| attributes);
    }
    let end = info.find([' ', '{', '\t']).unwrap_or(info.len());
    let mut attributes =
        Attributes::read(info[end..].trim_start()).map(|(found, _)| found).unwrap_or_default();
    attributes.classes.push(info[..end].to_owned());
    Some(attributes)
}

/// How many lines an element of HTML takes that is not for readers of HTML; `None` for all others.
fn html_for_others(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?.to_ascii_lowercase();
    let at = first.find("<div").filter(|_| first.contains("content-hidden"))?;
    let mut depth = 0_usize;
    for (number, line) in lines.iter().enumerate() {
        let line = line.to_ascii_lowercase();
        let line = if number == 0 { &line[at..] } else { line.as_str() };
        depth += line.matches("<div").count();
        depth = depth.saturating_sub(line.matches("</div").count());
        if depth == 0 {
            return Some(number + 1);
        }
    }
    Some(lines.len())
}

/// What is left of lines that hold spans or pictures which are not for readers of HTML.
fn spans_for_others(lines: &[&str], literal: &[bool], gone: &mut [bool]) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    for (number, line) in lines.iter().enumerate() {
        if literal[number] || gone[number] || !line.contains("{.content-") {
            continue;
        }
        let mut text = (*line).to_owned();
        let mut from = 0;
        while let Some(open) = text[from..].find('{').map(|at| from + at) {
            from = open + 1;
            let Some((attributes, length)) = Attributes::read(&text[open..]) else { continue };
            if !attributes.is_for_others() {
                continue;
            }
            match beginning_of_span(&text[..open]) {
                Some(begins) => {
                    text.replace_range(begins..open + length, "");
                    from = begins;
                }
                // It began on a line above: with it goes its paragraph.
                None => {
                    let first = lines[..number]
                        .iter()
                        .rposition(|line| line.trim().is_empty())
                        .map_or(0, |at| at + 1);
                    gone[first..=number].fill(true);
                    break;
                }
            }
        }
        if text != *line {
            found.insert(number, text);
        }
    }
    found
}

/// Where the span, link or picture begins that ends with a text.
fn beginning_of_span(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b']' | b')' => depth += 1,
            b'[' | b'(' => {
                depth = depth.checked_sub(1)?;
                let is_url = byte == b'(' && text[..at].ends_with(']');
                if depth == 0 && !is_url {
                    return Some(at - usize::from(text[..at].ends_with('!')));
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// A line of a block that stands behind so many columns of quotes, marks and indentation.
fn bare(line: &str, columns: usize) -> &str {
    dedent(unquoted(line), columns)
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

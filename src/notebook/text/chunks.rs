//! Quarto's and R's Markdown: a fence with a language in braces is a cell
//! (<https://quarto.org/docs/computations/execution-options.html>,
//! <https://bookdown.org/yihui/rmarkdown-cookbook/>).

use serde_json::{Map, Value};

use super::Cells;
use super::fence::{Fence, closes_container};
use crate::notebook::Lang;
use crate::notebook::marks::{self, Place};

/// Names in braces that draw something and run nothing.
const DRAWN: [&str; 3] = ["mermaid", "dot", "graphviz"];

pub(super) fn read(body: &str, line: u32, _: &Map<String, Value>, cells: &mut Cells) {
    let lines: Vec<&str> = body.split('\n').collect();
    let mut prose = String::new();
    let mut begins = line;
    let mut at = 0;
    // Cells inside of a container stay in its text: it frames them.
    let mut containers = 0_usize;
    let last_end = lines.iter().rposition(|line| closes_container(line));
    while at < lines.len() {
        let here = line + u32::try_from(at).unwrap_or(0);
        let text = lines[at];
        let opens = Fence::of(text).filter(|_| !text.starts_with([' ', '\t']));
        match opens {
            _ if closes_container(text) => containers = containers.saturating_sub(1),
            // What nothing closes is no container, or the rest of the page would stand in it.
            Some(fence) if fence.mark == ':' => containers += usize::from(last_end > Some(at)),
            Some(fence) => {
                let inner = fence.inside(&lines[at + 1..]);
                let end = (at + 1 + inner).min(lines.len());
                match chunk(fence.info).filter(|_| containers == 0) {
                    Some((lang, metadata)) => {
                        cells.add("markdown", std::mem::take(&mut prose), begins);
                        if let Some(draft) = cells.add("code", lines[at + 1..end].join("\n"), here + 1) {
                            draft.metadata = metadata;
                            draft.lang = Some(lang).filter(|lang| !lang.is_none());
                        }
                        begins = line + u32::try_from(end + 1).unwrap_or(0);
                    }
                    None => {
                        for line in &lines[at..(end + 1).min(lines.len())] {
                            prose.push_str(line);
                            prose.push('\n');
                        }
                    }
                }
                at = end + 1;
                continue;
            }
            None => {}
        }
        prose.push_str(text);
        prose.push('\n');
        at += 1;
    }
    cells.add("markdown", prose, begins);
}

/// The language and the options of a fence's words `{r name, echo=FALSE}`, but for names that mean
/// something else.
fn chunk(info: &str) -> Option<(Lang, Map<String, Value>)> {
    let (name, metadata) = named(info)?;
    let taken = DRAWN.contains(&name) || marks::find(Place::Directive, name).is_some();
    (!taken).then(|| (Lang::new(name), metadata))
}

/// The name and the options in the words of a fence, whatever the name means.
pub(super) fn named(info: &str) -> Option<(&str, Map<String, Value>)> {
    let inner = info.strip_prefix('{')?.strip_suffix('}')?.trim();
    let name = inner.split([' ', ',']).next().unwrap_or_default();
    let sound = name.starts_with(|c: char| c.is_alphabetic())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '_' | '-'));
    sound.then(|| (name, knitr(inner[name.len()..].trim_start_matches([' ', ','].as_slice()))))
}

/// knitr's options: a name without `=` is the label, values are R's.
pub(super) fn knitr(text: &str) -> Map<String, Value> {
    let mut map = Map::new();
    for part in split(text) {
        match part.split_once('=') {
            Some((key, value)) => {
                let value = value.trim();
                let value = match value {
                    "TRUE" | "T" => Value::Bool(true),
                    "FALSE" | "F" => Value::Bool(false),
                    value => match (value.parse::<i64>(), value.parse::<f64>()) {
                        (Ok(number), _) => number.into(),
                        (_, Ok(number)) => number.into(),
                        _ => value.trim_matches(['"', '\'']).into(),
                    },
                };
                map.insert(key.trim().replace('.', "-"), value);
            }
            None if !part.trim().is_empty() => {
                map.insert("label".to_owned(), part.trim().into());
            }
            None => {}
        }
    }
    map
}

/// Splits at commas outside of quotes and brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    let (mut before, mut escaped) = (',', false);
    for (at, c) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, c) {
            (Some(_), '\\') => escaped = true,
            // In a label an apostrophe is one.
            (None, '"' | '\'') if matches!(before, ',' | '=' | '(') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// What `knitr::opts_chunk$set(…)` in a source sets for all chunks.
pub(in crate::notebook) fn options_of_all(source: &str) -> Map<String, Value> {
    let mut all = Map::new();
    for (at, call) in source.match_indices("opts_chunk$set(") {
        let rest = &source[at + call.len()..];
        let mut depth = 1_usize;
        let end = rest.find(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        all.extend(knitr(&rest[..end.unwrap_or(rest.len())]));
    }
    all
}

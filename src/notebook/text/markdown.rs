//! Markdown with cells: jupytext's and MyST's forms. Markdown without any is one cell.

use serde_json::{Map, Value};

use super::fence::Fence;
use super::{Cells, cell_metadata};
use crate::notebook::Lang;
use crate::yaml;

pub(super) fn read(body: &str, line: u32, metadata: &Map<String, Value>, cells: &mut Cells) {
    let has_cells = body.contains("{code-cell}") || body.contains("{raw-cell}");
    let form = metadata
        .get("jupytext")
        .and_then(|jupytext| jupytext.get("text_representation"))
        .and_then(|form| form.get("format_name"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let jupytext = metadata.contains_key("jupytext") && form != "myst";
    let is_myst = has_cells || form == "myst" || body.starts_with("+++ {") || body.contains("\n+++ {");
    let lang = Lang::of_metadata(metadata);
    let lang = if lang.is_none() { Lang::new("python") } else { lang };
    if !jupytext && !is_myst {
        // A page begins where its text begins: an empty one is a page too.
        cells.add("markdown", body.to_owned(), line);
        return;
    }
    let lines: Vec<&str> = body.split('\n').collect();
    let mut prose = Prose { text: String::new(), begins: line, metadata: Map::new() };
    let mut at = 0;
    // Where no container of a length closes, none behind it does.
    let mut open_ended = usize::MAX;
    while at < lines.len() {
        let here = line + u32::try_from(at).unwrap_or(0);
        let text = lines[at];
        let opens = Fence::of(text).filter(|_| !text.starts_with([' ', '\t'])).and_then(|fence| {
            if fence.mark == ':' && fence.length() >= open_ended {
                return None;
            }
            let inner = fence.inside(&lines[at + 1..]);
            // A container that nothing closes does not take the rest of the page.
            if fence.mark == ':' && at + 1 + inner >= lines.len() {
                open_ended = fence.length();
                return None;
            }
            Some((fence, inner))
        });
        if let Some((fence, inner)) = opens {
            let block = &lines[at + 1..(at + 1 + inner).min(lines.len())];
            let cell = if jupytext && fence.mark != ':' {
                jupytext_cell(fence.info, block, &lang)
            } else {
                myst_cell(fence.info, block)
            };
            if let Some(cell) = cell {
                prose.end(cells);
                cell.add(here + 1, cells);
                prose.begins = here + 2 + u32::try_from(inner).unwrap_or(0);
            } else {
                for line in &lines[at..(at + inner + 2).min(lines.len())] {
                    prose.push(line);
                }
            }
            at += inner + 2;
            continue;
        }
        at += 1;
        let is_break =
            text.strip_prefix("+++").filter(|rest| rest.is_empty() || rest.starts_with([' ', '{', '^']));
        if let Some(rest) = is_break.filter(|_| !jupytext) {
            prose.end(cells);
            prose.begins = here + 1;
            prose.metadata = cell_metadata(rest).1;
        } else if let Some(said) = jupytext.then(|| region(text)).flatten() {
            match said.strip_prefix("#raw") {
                Some(_) => {
                    prose.end(cells);
                    let end = lines[at..].iter().position(|line| region(line) == Some("#endraw"));
                    let end = end.map_or(lines.len(), |end| at + end);
                    cells.add("raw", lines[at..end].join("\n"), here + 1);
                    prose.begins = here + 1 + u32::try_from(end - at + 1).unwrap_or(0);
                    at = (end + 1).min(lines.len());
                }
                // A region is one cell, whatever stands in it.
                None if said.starts_with("#region") || said.starts_with("#md") => {
                    prose.end(cells);
                    let end = end_of_region(&lines[at..]).map_or(lines.len(), |end| at + end);
                    let words = said.trim_start_matches("#region").trim_start_matches("#md");
                    if let Some(draft) = cells.add("markdown", lines[at..end].join("\n"), here + 1) {
                        draft.metadata = cell_metadata(words).1;
                    }
                    prose.begins = here + 1 + u32::try_from(end - at + 1).unwrap_or(0);
                    at = (end + 1).min(lines.len());
                }
                None => {}
            }
        } else {
            prose.push(text);
        }
    }
    prose.end(cells);
}

/// Prose as it grows up to the next cell.
struct Prose {
    text: String,
    begins: u32,
    metadata: Map<String, Value>,
}

impl Prose {
    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn end(&mut self, cells: &mut Cells) {
        let draft = cells.add("markdown", std::mem::take(&mut self.text), self.begins);
        if let Some(draft) = draft {
            draft.metadata = std::mem::take(&mut self.metadata);
        }
        self.metadata.clear();
    }
}

/// A cell out of a fence.
pub(super) struct Fenced {
    kind: &'static str,
    pub(super) source: String,
    /// How many lines of options stand before the source.
    skipped: usize,
    pub(super) metadata: Map<String, Value>,
    pub(super) lang: Option<Lang>,
}

impl Fenced {
    fn add(self, line: u32, cells: &mut Cells) {
        let line = line + u32::try_from(self.skipped).unwrap_or(0);
        if let Some(draft) = cells.add(self.kind, self.source, line) {
            draft.metadata = self.metadata;
            draft.lang = self.lang;
        }
    }
}

/// `<!-- #region … -->` and its like: what stands in the comment.
fn region(line: &str) -> Option<&str> {
    let said = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    ["#region", "#endregion", "#md", "#endmd", "#raw", "#endraw"]
        .iter()
        .any(|word| said.starts_with(word))
        .then_some(said)
}

/// Where the region ends whose inside begins with these lines.
fn end_of_region(lines: &[&str]) -> Option<usize> {
    let mut depth = 1;
    lines.iter().position(|line| {
        match region(line) {
            Some(said) if said.starts_with("#end") => depth -= 1,
            Some(_) => depth += 1,
            None => {}
        }
        depth == 0
    })
}

/// A fence in the notebook's language is a cell of jupytext's.
fn jupytext_cell(info: &str, block: &[&str], notebook: &Lang) -> Option<Fenced> {
    let info = info.strip_prefix("{.").and_then(|info| info.strip_suffix('}')).unwrap_or(info);
    let (word, rest) = info.split_once(' ').unwrap_or((info, ""));
    if word.is_empty() || rest.contains(".noeval") || Lang::new(word) != *notebook {
        return None;
    }
    let metadata = cell_metadata(rest).1;
    Some(Fenced { kind: "code", source: block.join("\n"), skipped: 0, metadata, lang: None })
}

/// `{code-cell}` and `{raw-cell}` with their options, as `:key: value` lines or as YAML between
/// rules (<https://mystmd.org/guide/notebooks-with-markdown>).
pub(super) fn myst_cell(info: &str, block: &[&str]) -> Option<Fenced> {
    let (kind, word) = match info.strip_prefix("{code-cell}") {
        Some(rest) => ("code", rest.trim()),
        None => ("raw", info.strip_prefix("{raw-cell}")?.trim()),
    };
    let (mut metadata, skipped) = options(block);
    // A directive's option is a line of words as well as a list.
    if let Some(Value::String(words)) = metadata.get("tags") {
        let list: Vec<&str> = words.split([',', ' ']).filter(|word| !word.is_empty()).collect();
        let list = serde_json::json!(list);
        metadata.insert("tags".to_owned(), list);
    }
    let lang = Some(Lang::new(word.split(' ').next().unwrap_or_default())).filter(|lang| !lang.is_none());
    Some(Fenced { kind, source: block[skipped..].join("\n"), skipped, metadata, lang })
}

/// The options at the head of a directive's lines, and how many lines they take. One that cannot be
/// read does not take the others along.
fn options(block: &[&str]) -> (Map<String, Value>, usize) {
    let blank = block.iter().take_while(|line| line.trim().is_empty()).count();
    let block = &block[blank..];
    if block.first().is_some_and(|line| line.trim() == "---")
        && let Some(end) = block[1..].iter().position(|line| line.trim() == "---")
    {
        return (lenient(&block[1..=end]), blank + end + 2);
    }
    let count = block.iter().take_while(|line| line.starts_with(':') && line[1..].contains(':')).count();
    if count == 0 {
        return (Map::new(), 0);
    }
    let text: Vec<&str> = block[..count].iter().map(|line| &line[1..]).collect();
    (lenient(&text), blank + count)
}

/// A map of YAML, or what can be read of it line by line.
fn lenient(lines: &[&str]) -> Map<String, Value> {
    yaml::map(&lines.join("\n")).unwrap_or_else(|_| {
        let pairs = lines.iter().filter_map(|line| line.split_once(':'));
        pairs
            .map(|(key, value)| {
                let value = value.trim();
                (key.trim().to_owned(), yaml::read(value).unwrap_or_else(|_| value.into()))
            })
            .collect()
    })
}

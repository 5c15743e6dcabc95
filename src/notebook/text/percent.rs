//! The percent format (<https://jupytext.readthedocs.io/en/latest/formats-scripts.html>), with the
//! markers of Hydrogen, Spyder and PyCharm.

use serde_json::{Map, Value};

use super::{Cells, cell_metadata};

/// A line that begins a cell.
#[derive(Debug, PartialEq)]
pub(super) struct Marker {
    pub(super) kind: &'static str,
    title: String,
    metadata: Map<String, Value>,
}

/// Reads a line as the beginning of a cell.
pub(super) fn marker(line: &str, leader: &str) -> Option<Marker> {
    let said = line.strip_prefix(leader)?.trim_start();
    let plain = |kind| Some(Marker { kind, title: String::new(), metadata: Map::new() });
    if said.starts_with("<codecell>") || (said.starts_with("In[") && said.trim_end().ends_with("]:")) {
        return plain("code");
    }
    if said.starts_with("<markdowncell>") {
        return plain("markdown");
    }
    let rest = said.strip_prefix("%%")?.trim_start_matches('%');
    if !rest.is_empty() && !rest.starts_with([' ', '[', '\t']) {
        return None;
    }
    let rest = rest.trim();
    for (word, kind) in [("[markdown]", "markdown"), ("[md]", "markdown"), ("[raw]", "raw")] {
        if let Some((title, metadata)) = rest.split_once(word) {
            let metadata = cell_metadata(metadata).1;
            return Some(Marker { kind, title: title.trim().to_owned(), metadata });
        }
    }
    // PyCharm's `#%% md`.
    if matches!(rest, "md" | "markdown" | "raw") {
        return plain(if rest == "raw" { "raw" } else { "markdown" });
    }
    let (title, metadata) = cell_metadata(rest);
    Some(Marker { kind: "code", title, metadata })
}

pub(super) fn read(body: &str, leader: &str, line: u32, cells: &mut Cells) {
    let mut begun: Option<(Marker, u32)> = None;
    let mut source = String::new();
    let mut at = line;
    for text in body.split_inclusive('\n') {
        at += 1;
        match marker(text.trim_end_matches('\n'), leader) {
            Some(marker) => {
                end(begun.take(), std::mem::take(&mut source), (leader, line), cells);
                begun = Some((marker, at));
            }
            None => source.push_str(text),
        }
    }
    end(begun, source, (leader, line), cells);
}

fn end(begun: Option<(Marker, u32)>, source: String, (leader, line): (&str, u32), cells: &mut Cells) {
    let (marker, at) =
        begun.unwrap_or((Marker { kind: "code", title: String::new(), metadata: Map::new() }, line));
    let source =
        if marker.kind == "code" { with_magics(&source, leader) } else { uncommented(&source, leader) };
    if let Some(draft) = cells.add(marker.kind, source, at) {
        draft.metadata = marker.metadata;
        if !marker.title.is_empty() && marker.kind == "code" {
            draft.metadata.entry("title").or_insert_with(|| marker.title.into());
        }
    }
}

/// Prose without its comment signs or its triple quotes.
pub(super) fn uncommented(source: &str, leader: &str) -> String {
    let text = source.trim();
    for quotes in ["\"\"\"", "'''"] {
        let inner = text
            .trim_start_matches(['r', 'R'])
            .strip_prefix(quotes)
            .and_then(|text| text.strip_suffix(quotes));
        if let Some(inner) = inner {
            return inner.trim_matches('\n').to_owned();
        }
    }
    let lines = source.lines().map(|line| {
        let said = line.strip_prefix(leader).unwrap_or(line);
        said.strip_prefix(' ').unwrap_or(said)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Code in which magics stand as they do in a notebook: jupytext writes them as comments.
pub(super) fn with_magics(source: &str, leader: &str) -> String {
    let lines = source.split('\n').map(|line| {
        let said = line.strip_prefix(leader).and_then(|said| said.strip_prefix(' '));
        match said {
            Some(said)
                if leader == "#"
                    && (said.starts_with('!')
                        || said.strip_prefix('%').is_some_and(|magic| {
                            magic.trim_start_matches('%').starts_with(|c: char| c.is_ascii_alphabetic())
                        })) =>
            {
                said
            }
            _ => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

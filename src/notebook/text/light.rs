//! The light format (<https://jupytext.readthedocs.io/en/latest/formats-scripts.html>): paragraphs
//! of code and of comments, and cells between `# +` and `# -`.

use super::percent::{uncommented, with_magics};
use super::{Cells, cell_metadata};

pub(super) fn read(body: &str, leader: &str, line: u32, cells: &mut Cells) {
    let lines: Vec<&str> = body.lines().collect();
    // For each line, the next one that is not blank.
    let mut next_text = vec![lines.len(); lines.len() + 1];
    for (at, line) in lines.iter().enumerate().rev() {
        next_text[at] = if line.trim().is_empty() { next_text[at + 1] } else { at };
    }
    let mut at = 0;
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            at += 1;
            continue;
        }
        let start = at;
        let begins = line + u32::try_from(start).unwrap_or(0);
        if let Some(said) = opening(lines[at], leader) {
            let (title, mut metadata) = cell_metadata(said);
            at += 1;
            let from = at;
            while at < lines.len() && !closes(lines[at], leader) && opening(lines[at], leader).is_none() {
                at += 1;
            }
            let source = lines[from..at].join("\n");
            if at < lines.len() && closes(lines[at], leader) {
                at += 1;
            }
            let kind = match title.as_str() {
                "[markdown]" | "[md]" => "markdown",
                "[raw]" => "raw",
                _ => "code",
            };
            let source =
                if kind == "code" { with_magics(&source, leader) } else { uncommented(&source, leader) };
            if let Some(draft) = cells.add(kind, source, begins + 1) {
                if kind == "code" && !title.is_empty() {
                    metadata.entry("title").or_insert_with(|| title.into());
                }
                draft.metadata = metadata;
            }
            continue;
        }
        let prose = lines[at].starts_with(leader);
        while at < lines.len() {
            let blank = lines[at].trim().is_empty();
            // Code goes on behind a blank line where what follows is indented.
            let goes_on =
                !prose && lines.get(next_text[at]).is_some_and(|next| next.starts_with([' ', '\t']));
            if (blank && !goes_on) || (at > start && opening(lines[at], leader).is_some()) {
                break;
            }
            if prose && !lines[at].starts_with(leader) {
                break;
            }
            at += 1;
        }
        let source = lines[start..at].join("\n");
        // Comments right above code belong to it.
        if prose && lines.get(at).is_some_and(|next| !next.trim().is_empty()) {
            let from = at;
            while at < lines.len() && !lines[at].trim().is_empty() && opening(lines[at], leader).is_none() {
                at += 1;
            }
            cells.add(
                "code",
                with_magics(&format!("{source}\n{}", lines[from..at].join("\n")), leader),
                begins,
            );
        } else if prose {
            cells.add("markdown", uncommented(&source, leader), begins);
        } else {
            cells.add("code", with_magics(&source, leader), begins);
        }
    }
}

/// What stands behind the mark that opens a cell.
fn opening<'a>(line: &'a str, leader: &str) -> Option<&'a str> {
    let said = line.strip_prefix(leader)?.trim_start();
    let rest = said.strip_prefix('+').or_else(|| said.strip_prefix("region"))?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim())
}

fn closes(line: &str, leader: &str) -> bool {
    matches!(line.strip_prefix(leader).map(str::trim), Some("-" | "endregion"))
}

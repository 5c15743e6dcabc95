//! Plain Markdown pages: a notebook of one Markdown cell.

use super::decode::decode;
use super::ipynb::normal_lines;
use super::options::CellOptions;
use super::{Cell, CellKind, Format, FrontMatter, Notebook};
use crate::diagnostic::{CellRef, Note};

/// Reads a Markdown page with optional front matter.
pub(super) fn read(bytes: &[u8], notes: &mut Vec<Note>) -> Notebook {
    let text = normal_lines(&decode(bytes, notes));
    let mut notebook = Notebook::empty(Format::Markdown);
    let body = match FrontMatter::split(&text, notes) {
        Some((map, rest)) => {
            notebook.front = FrontMatter::read(map, notes);
            rest
        }
        None => {
            notebook.front = FrontMatter::read(serde_json::Map::new(), notes);
            &text
        }
    };
    let skipped = memchr::memchr_iter(b'\n', &text.as_bytes()[..text.len() - body.len()]).count();
    let line = u32::try_from(skipped).unwrap_or(u32::MAX).saturating_add(1);
    notebook.cells.push(Cell {
        at: CellRef { number: 1, id: None, line: line - 1, spread: true },
        kind: CellKind::Markdown,
        source: body.to_owned(),
        options: CellOptions::default(),
        attachments: Vec::new(),
    });
    notebook
}

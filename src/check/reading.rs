//! What reading itself does not ask.

use super::{Desk, in_cell};
use crate::diagnostic::{Rule, Severity};
use crate::notebook::CellKind;
use crate::render;

/// Asks a notebook.
pub(super) fn ask(desk: &mut Desk<'_>) {
    for cell in &desk.notebook.cells {
        let Some(line) = conflict(&cell.source, matches!(cell.kind, CellKind::Markdown)) else { continue };
        let said = "the conflict markers of a git merge".to_owned();
        let note = in_cell(Severity::Error, Rule::ConflictMarker, cell, said);
        desk.say(note.at_line(line).help("decide between the two, and take the markers out"));
    }
}

/// The line of the first conflict in a source, from 1; in Markdown what is code may show one.
fn conflict(source: &str, is_markdown: bool) -> Option<u32> {
    if !source.contains("<<<<<<< ") {
        return None;
    }
    let code = if is_markdown { render::code_blocks(source) } else { Vec::new() };
    let (mut at, mut opened, mut parted) = (0, None, false);
    for (number, line) in (1..).zip(source.split_inclusive('\n')) {
        let is_shown = code.iter().any(|(_, range)| range.contains(&at));
        at += line.len();
        if is_shown {
            continue;
        }
        if line.starts_with("<<<<<<< ") {
            opened = Some(number);
            parted = false;
        } else if line.trim_end() == "=======" {
            parted = opened.is_some();
        } else if line.starts_with(">>>>>>> ") && parted {
            return opened;
        }
    }
    None
}

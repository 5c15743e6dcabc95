//! What authors allow: by a comment in a cell, by a tag of a cell, by the front matter of a page.

use std::collections::BTreeSet;

use crate::diagnostic::{Note, Rule};
use crate::notebook::{CellKind, Notebook};
use crate::secret::{Secrets, allowed_in};

/// The tag that allows a rule in its cell, in front of the rule's id.
const TAG: &str = "bindery-allow-";

/// What is allowed in one page.
#[derive(Default)]
pub(super) struct Allows {
    /// In all of it.
    page: BTreeSet<String>,
    /// In a cell, by its number.
    cells: BTreeSet<(u32, String)>,
    /// In a line of a cell, from 1.
    lines: BTreeSet<(u32, u32, String)>,
    /// What is allowed and is neither a rule nor a kind of secret.
    unknown: Vec<Note>,
}

impl Allows {
    /// Gathers what a notebook allows.
    pub(super) fn of(notebook: &Notebook, secrets: &Secrets) -> Self {
        let mut allows = Self::default();
        let known = |id: &str| Rule::of_id(id).is_some() || secrets.kinds().iter().any(|kind| kind.id == id);
        let unknown = |id: &str| {
            let help = Rule::nearest(id).map(|near| format!("did you mean `{near}`?"));
            let note = Note::warning(
                Rule::Mark,
                format!("`{id}` is allowed, which is no rule and no kind of secret"),
            );
            note.help(help.unwrap_or_else(|| "`bindery explain` lists the rules".to_owned()))
        };
        let of_page = notebook.front.all.get("bindery").and_then(|own| own.get("allow"));
        for id in of_page.and_then(|list| list.as_array()).into_iter().flatten().filter_map(|id| id.as_str())
        {
            if !known(id) {
                allows.unknown.push(unknown(id));
            }
            allows.page.insert(id.to_owned());
        }
        for cell in &notebook.cells {
            let number = cell.at.number;
            for id in cell.options.tags.iter().filter_map(|tag| tag.trim().strip_prefix(TAG)) {
                if !known(id) {
                    allows.unknown.push(unknown(id).in_cell(&cell.at));
                }
                allows.cells.insert((number, id.to_owned()));
            }
            if !cell.source.contains("bindery:allow") {
                continue;
            }
            let is_prose = matches!(cell.kind, CellKind::Markdown);
            for (line, text) in (1..).zip(cell.source.lines()) {
                // Prose that quotes a mark has none.
                let text = if is_prose { text.replace("`bindery:allow", "`") } else { text.to_owned() };
                if !text.contains("bindery:allow") {
                    continue;
                }
                let mut ids = allowed_in(&text).peekable();
                if ids.peek().is_none() {
                    let note = Note::warning(Rule::Mark, "`bindery:allow` names nothing, and allows nothing");
                    let help = "name the rule behind it: `bindery:allow link-dead`";
                    allows.unknown.push(note.help(help).in_cell(&cell.at).at_line(line));
                }
                for (place, id) in ids.enumerate() {
                    // Words of prose may follow the ids of a comment.
                    if known(id) {
                        allows.lines.insert((number, line, id.to_owned()));
                    } else if place == 0 || id.contains('-') {
                        allows.unknown.push(unknown(id).in_cell(&cell.at).at_line(line));
                    }
                }
            }
        }
        allows
    }

    /// What is said of what it allows.
    pub(super) fn unknown(&self) -> impl Iterator<Item = Note> {
        self.unknown.iter().cloned()
    }

    /// Whether a finding is allowed. A comment speaks for its line and the next, and for what is
    /// found of the cell as a whole.
    pub(super) fn silence(&self, note: &Note) -> bool {
        [Some(note.rule.id()), note.kind.as_deref()].into_iter().flatten().any(|id| {
            if self.page.contains(id) {
                return true;
            }
            let Some(cell) = &note.cell else { return false };
            let in_line = |line: u32| self.lines.contains(&(cell.number, line, id.to_owned()));
            self.cells.contains(&(cell.number, id.to_owned()))
                || match note.line {
                    Some(line) => in_line(line) || in_line(line.saturating_sub(1)),
                    None => {
                        let of_cell = (cell.number, 0, String::new())..(cell.number + 1, 0, String::new());
                        self.lines.range(of_cell).any(|(_, _, allowed)| allowed == id)
                    }
                }
        })
    }
}

//! What bindery has to say about the content: one type, made everywhere, printed at the edge; and
//! the book of the rules that a notebook can break.

mod book;
mod fingerprint;
mod lines;
mod rule;

pub use book::{Entry, Family};
pub use fingerprint::fingerprints;
pub use lines::Lines;
pub use rule::Rule;

use serde::{Deserialize, Serialize};

use crate::path::SitePath;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is odd; the reader loses nothing.
    Info,
    /// The reader loses something.
    Warning,
    /// A page could not be made as its author meant it.
    Error,
}

impl Severity {
    /// Its name, as configurations and reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A cell as people find it again: by its place in the notebook, its id, its line in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellRef {
    /// Counted from 1.
    pub number: u32,
    /// The id of the notebook format, where the cell has one.
    pub id: Option<String>,
    /// The line of the file in front of the source's first line where `spread`, else the line on
    /// which the source begins; counted from 1.
    pub line: u32,
    /// Whether each line of the source stands on a line of its own in the file.
    pub spread: bool,
}

impl CellRef {
    /// The id of its element on the page.
    pub fn anchor(&self) -> String {
        match &self.id {
            Some(id) => format!("cell-id={id}"),
            None => format!("b:{}", self.number),
        }
    }
}

/// Something found while reading or rendering one notebook; its file is known to the caller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// The cell it stands in, where it stands in one.
    pub cell: Option<CellRef>,
    /// The line inside the cell's source (or inside the file where there is no cell), from 1.
    pub line: Option<u32>,
    /// How much it weighs.
    pub severity: Severity,
    /// The rule that was broken.
    pub rule: Rule,
    /// What was found, in one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Which of the things that one rule tells apart it is: the kind of a secret.
    pub kind: Option<String>,
    /// A few bits of a hash of what was found, where it must not be said: that something else
    /// stands in its place can be seen by them.
    pub mark: Option<u8>,
    /// What stands in the line, and what may safely stand there instead.
    pub instead: Option<(String, String)>,
}

impl Note {
    /// A note about a whole file.
    pub fn new(severity: Severity, rule: Rule, message: impl Into<String>) -> Self {
        Self {
            cell: None,
            line: None,
            severity,
            rule,
            message: message.into(),
            help: None,
            kind: None,
            mark: None,
            instead: None,
        }
    }

    /// The line of the file that the note is about, from 1, where that is known.
    pub fn file_line(&self) -> Option<u32> {
        match (&self.cell, self.line) {
            (Some(cell), Some(line)) if cell.spread => Some(cell.line.saturating_add(line)),
            (Some(cell), None) if cell.spread => Some(cell.line.saturating_add(1)),
            (Some(cell), _) => Some(cell.line),
            (None, line) => line,
        }
    }

    /// An [`Severity::Info`] note.
    pub fn info(rule: Rule, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, rule, message)
    }

    /// A [`Severity::Warning`] note.
    pub fn warning(rule: Rule, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, rule, message)
    }

    /// An [`Severity::Error`] note.
    pub fn error(rule: Rule, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, rule, message)
    }

    /// The same, placed in a cell.
    pub fn in_cell(mut self, cell: &CellRef) -> Self {
        self.cell = Some(cell.clone());
        self
    }

    /// The same, placed at a line (of the cell's source, or of the file).
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, of one kind of those that the rule tells apart.
    pub fn of_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// The same, with a few bits of a hash of what was found.
    pub fn marked(mut self, mark: u8) -> Self {
        self.mark = Some(mark);
        self
    }

    /// The same, with what stands there and what may stand there instead.
    pub fn instead(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.instead = Some((from.into(), to.into()));
        self
    }

    /// The same, with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A [`Note`] with its file: what reports are made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The file, relative to the root of the repo.
    pub file: SitePath,
    /// What was found there.
    #[serde(flatten)]
    pub note: Note,
}

impl Diagnostic {
    /// Puts `note` into `file`.
    pub fn new(file: &SitePath, note: Note) -> Self {
        Self { file: file.clone(), note }
    }
}

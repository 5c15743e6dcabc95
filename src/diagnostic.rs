//! What bindery has to say about the content: one type, made everywhere, printed at the edge.

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

/// The rules that reading, rendering and linking can break. The name is part of the contract:
/// people write it into configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A file that cannot be read as a notebook at all.
    NotebookInvalid,
    /// A structure that the notebook format does not allow, read all the same.
    NotebookOdd,
    /// A cell id that is missing, doubled or malformed.
    CellId,
    /// A mark that is misspelt, or whose value means nothing.
    Mark,
    /// A directive, role or shortcode that nobody knows, or that lacks what it needs.
    Directive,
    /// A reference, citation or embedded cell whose target is missing or not unique.
    Reference,
    /// A navigation file of another tool.
    Navigation,
    /// Two marks of a cell that say different things.
    CellConflict,
    /// Front matter that is not a YAML map, or holds a value of the wrong type.
    FrontMatter,
    /// An output that cannot be shown, in whole or in part.
    Output,
    /// A formula that cannot be set.
    Math,
    /// A link, picture or attachment that leads nowhere.
    LinkDead,
    /// A link to a file that is not published.
    LinkUnpublished,
    /// A picture from another host.
    RemoteImage,
    /// Two sources that want one URL.
    UrlClash,
    /// A file or folder that was passed over.
    Skipped,
    /// What git could not tell.
    History,
}

impl Rule {
    /// The name of the rule, as it is written in reports and configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotebookInvalid => "notebook-invalid",
            Self::NotebookOdd => "notebook-odd",
            Self::CellId => "cell-id",
            Self::Mark => "mark",
            Self::Directive => "directive",
            Self::Reference => "reference",
            Self::Navigation => "navigation",
            Self::CellConflict => "cell-conflict",
            Self::FrontMatter => "front-matter",
            Self::Output => "output",
            Self::Math => "math",
            Self::LinkDead => "link-dead",
            Self::LinkUnpublished => "link-unpublished",
            Self::RemoteImage => "remote-image",
            Self::UrlClash => "url-clash",
            Self::Skipped => "skipped",
            Self::History => "history",
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
}

impl Note {
    /// A note about a whole file.
    pub fn new(severity: Severity, rule: Rule, message: impl Into<String>) -> Self {
        Self { cell: None, line: None, severity, rule, message: message.into(), help: None }
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

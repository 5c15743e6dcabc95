//! Bytes of one file → [`Notebook`], whatever tool wrote it and whatever is wrong with it.
//!
//! Reading never fails and never touches the world: what is wrong comes back as notes beside the
//! best reading. Behind it stands [`Published`], the notebook without what its author removed:
//! everything a reader can get derives from that alone.
//!
//! This room does not know how anything looks; that is `render`.

mod decode;
mod draft;
mod front;
mod gather;
mod head;
mod include;
mod ipynb;
mod json;
mod lang;
pub mod marks;
mod options;
mod outputs;
mod published;
mod run;
mod settle;
mod sift;
mod text;

pub use decode::{is_lfs_pointer, text_of_any};
pub use front::{Author, FrontMatter};
pub use gather::check_rules;
pub use include::{Around, BibliographyFile, Files, Included, NoFiles, text_of};
pub use json::joined;
pub use lang::Lang;
pub use options::{
    CaptionPlace, Captions, CellOptions, Frame, Layout, LineNumbers, LinkList, Listing, Parameter,
    Parameters, Slide, Visibility, Width,
};
pub use published::{Published, Script};
pub use run::Run;
pub use text::{
    Attributes, Fence, closes_container, code_within, css_length, is_notebook, jupytext_formats, split_prefix,
};

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::config::Dialects;
use crate::diagnostic::{CellRef, Note};
use crate::path::SitePath;
use crate::secret::Secrets;

/// What kind of file a notebook was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Format {
    /// A Jupyter notebook.
    Ipynb,
    /// Markdown: a plain page, or a notebook in jupytext's or MyST's form.
    Markdown,
    /// Quarto's or R's Markdown.
    Quarto,
    /// A script with cells: percent, light or Databricks' form.
    Script,
    /// A polyglot notebook.
    Dib,
}

impl Format {
    /// The format that a file's extension stands for; a script is a notebook only where
    /// [`is_notebook`] finds cells in it.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "ipynb" => Some(Self::Ipynb),
            "md" | "markdown" => Some(Self::Markdown),
            "qmd" | "rmd" => Some(Self::Quarto),
            "dib" => Some(Self::Dib),
            "py" | "sh" | "rb" | "jl" | "r" | "ps1" | "js" | "ts" | "sql" | "go" | "rs" | "scala" => {
                Some(Self::Script)
            }
            _ => None,
        }
    }
}

/// One document: a Jupyter notebook, a notebook in a text form, or a Markdown page.
#[derive(Clone, Debug)]
pub struct Notebook {
    /// What it was read from.
    pub format: Format,
    /// The language of its code cells, where they do not say otherwise.
    pub lang: Lang,
    /// The name of the kernel as people read it.
    pub kernel: Option<String>,
    /// The extension of a script in its language, if the notebook names one.
    pub file_extension: Option<String>,
    /// What its head says about the page.
    pub front: FrontMatter,
    /// The cells in order, without the one that held the front matter.
    pub cells: Vec<Cell>,
    /// The run that made it, where one is on record.
    pub run: Option<Run>,
    /// Whether it holds the options of a slide show.
    pub has_slides: bool,
    /// The dialects that its Markdown is written in.
    pub dialects: Dialects,
    /// Texts of other files that its Markdown names, by the words that name them.
    pub included: BTreeMap<String, Included>,
    /// The works that it may cite.
    pub bibliography: Vec<BibliographyFile>,
    /// Values that its Markdown may name (Quarto's `_variables.yml`).
    pub variables: Map<String, Value>,
    /// What was taken for a secret when it was read, and where it stands, for copies of its file.
    secrets: Secrets,
    path: SitePath,
    /// The secrets that were found, so that nobody quotes them, and whether one was taken out.
    found: Vec<String>,
    has_redacted: bool,
    /// What looks like one and is none, as its author said.
    allowed: Vec<String>,
}

impl Notebook {
    /// Reads a file of the given format. Every oddity comes back as a note; a file that is no
    /// notebook at all gives a note of severity error and whatever could be read, or nothing.
    /// Secrets that redact are in nothing of what comes back.
    pub fn read(bytes: &[u8], format: Format, around: &Around<'_>) -> (Self, Vec<Note>) {
        let mut notes = Vec::new();
        let files = sift::Sifted::new(around);
        let around = Around { files: &files, ..*around };
        let mut notebook = match format {
            Format::Ipynb => ipynb::read(bytes, &around, &mut notes),
            format => text::read(bytes, format, &around, &mut notes),
        };
        notebook.secrets = around.reading.secrets.clone();
        notebook.path = around.path.clone();
        let (said, mut found) = files.into_notes();
        notes.extend(said);
        notebook.found.append(&mut found);
        for note in &mut notes {
            note.message = notebook.hidden(&note.message);
        }
        (notebook, notes)
    }

    /// A text in which none of the secrets stands that were found in the notebook: for what is quoted
    /// to people. Not only where it looks like one: what it was known by may stand elsewhere.
    pub fn hidden(&self, text: &str) -> String {
        hide(&self.found, text)
    }

    /// What is taken for a secret.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// What looks like a secret and is none, as its author said.
    pub fn secrets_allowed(&self) -> &[String] {
        &self.allowed
    }

    /// What [`Notebook::hidden`] hides.
    pub fn secrets_found(&self) -> &[String] {
        &self.found
    }

    fn empty(format: Format) -> Self {
        Self {
            format,
            lang: Lang::none(),
            kernel: None,
            file_extension: None,
            front: FrontMatter::default(),
            cells: Vec::new(),
            run: None,
            has_slides: false,
            dialects: Dialects::default(),
            included: BTreeMap::new(),
            bibliography: Vec::new(),
            variables: Map::new(),
            secrets: Secrets::default(),
            path: SitePath::root(),
            found: Vec::new(),
            has_redacted: false,
            allowed: Vec::new(),
        }
    }

    /// Whether it is a plain Markdown page: prose and nothing else.
    pub fn is_plain_page(&self) -> bool {
        self.format == Format::Markdown
            && !self.cells.iter().any(|cell| !matches!(cell.kind, CellKind::Markdown))
    }

    /// Whether it holds code and none of it was ever run: a procedure to follow, not a record.
    pub fn is_procedure(&self) -> bool {
        let mut code = self.cells.iter().filter_map(|cell| match &cell.kind {
            CellKind::Code(code) => Some(code),
            _ => None,
        });
        code.clone().next().is_some() && code.all(|code| code.count.is_none() && code.outputs.is_empty())
    }

    /// Whether it was written as a talk: a cell opens a slide, or its head says so.
    pub fn is_talk(&self) -> bool {
        self.has_slides
            || self.front.is_talk
            || self.cells.iter().any(|cell| matches!(cell.options.slide, Slide::Slide | Slide::SubSlide))
    }
}

/// A text with a mark in place of each of some secrets.
pub fn hide(secrets: &[String], text: &str) -> String {
    secrets.iter().filter(|secret| !secret.is_empty()).fold(text.to_owned(), |text, secret| {
        if text.contains(secret.as_str()) { text.replace(secret.as_str(), "[redacted]") } else { text }
    })
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Where it stands.
    pub at: CellRef,
    /// Markdown, code or raw, with what only that kind has.
    pub kind: CellKind,
    /// What its author typed, lines parted by `\n`.
    pub source: String,
    /// How it shall be shown.
    pub options: CellOptions,
    /// Files that the cell carries along.
    pub attachments: Vec<Attachment>,
    /// The option lines that stood before the source; they are not shown.
    pub head: String,
    /// Prose of a form that stands in the source as comments, as Markdown.
    pub form_prose: String,
    /// Whether lines of the source were dropped.
    pub hidden_lines: bool,
    /// Results of expressions that its Markdown quotes, by expression (MyST).
    pub results: Vec<(String, MimeBundle)>,
}

/// The kinds of cells.
#[derive(Clone, Debug)]
pub enum CellKind {
    /// Prose.
    Markdown,
    /// Code with its outputs.
    Code(Code),
    /// Text for one target format, named by its MIME type; empty where none is named.
    Raw(String),
}

/// What only code cells have.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// The language of this cell.
    pub lang: Lang,
    /// The number of its last execution, where it was executed.
    pub count: Option<u64>,
    /// What it put out.
    pub outputs: Vec<Output>,
    /// When it was run last, where its tool keeps that: seconds since 1970, UTC.
    pub ran: Option<i64>,
}

/// A file attached to a cell.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The name that Markdown calls it by (`attachment:name`).
    pub name: String,
    /// Its content in one or more types.
    pub bundle: MimeBundle,
}

/// Which stream of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamName {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One output of a code cell.
#[derive(Clone, Debug)]
pub enum Output {
    /// Text that the code printed; neighbours of one name are merged.
    Stream {
        /// Where it was printed to.
        name: StreamName,
        /// All of it, control characters included.
        text: String,
    },
    /// A value or something displayed, in several types of which one is shown.
    Data {
        /// The representations.
        bundle: MimeBundle,
        /// What the kernel says about them, by MIME type or at the top.
        metadata: serde_json::Map<String, Value>,
    },
    /// An exception.
    Error {
        /// Its class.
        name: String,
        /// Its message.
        message: String,
        /// The traceback as the kernel formatted it, one entry or more.
        traceback: Vec<String>,
    },
}

/// The same thing in several MIME types, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MimeBundle(pub Vec<(String, MimeData)>);

/// What a MIME type of a bundle holds.
#[derive(Clone, Debug, PartialEq)]
pub enum MimeData {
    /// Text, or binary data as base64.
    Text(String),
    /// JSON.
    Json(Value),
}

impl MimeBundle {
    /// The data of one type.
    pub fn get(&self, mime: &str) -> Option<&MimeData> {
        self.0.iter().find(|(name, _)| name == mime).map(|(_, data)| data)
    }

    /// How many bytes it holds, about.
    pub fn size(&self) -> usize {
        let one = |data: &MimeData| match data {
            MimeData::Text(text) => text.len(),
            MimeData::Json(value) => value.to_string().len(),
        };
        self.0.iter().map(|(_, data)| one(data)).sum()
    }

    /// The data of one type, if it is text.
    pub fn text(&self, mime: &str) -> Option<&str> {
        match self.get(mime)? {
            MimeData::Text(text) => Some(text),
            MimeData::Json(Value::String(text)) => Some(text),
            MimeData::Json(_) => None,
        }
    }
}

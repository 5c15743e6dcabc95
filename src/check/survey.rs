//! A source → what the check has to know of it: read, rendered plainly, asked by the rules of
//! single notebooks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobSet;
use jiff::civil::Date;

use super::allow::Allows;
use super::repetition::Print;
use super::since::{self, Shown};
use super::{Desk, documents, execution, portability, reading, repetition, weight};
use crate::config::{Config, Reading, checks::Asked, globs};
use crate::diagnostic::{Diagnostic, Note, Rule, Severity};
use crate::disk::{self, Source};
use crate::notebook::{Around, Files, FrontMatter, Notebook, Published, hide, text_of};
use crate::path::SitePath;
use crate::render::{self, Fragment};
use crate::secret::Secrets;
use crate::site::{Bodies, PageRecord};

/// What the check knows of one source.
pub(super) struct Survey {
    pub(super) record: Arc<PageRecord>,
    /// Where it leads.
    pub(super) slots: Fragment,
    /// What was found in it.
    pub(super) notes: Vec<Note>,
    allows: Allows,
    pub(super) asked: Asked,
    secrets: Secrets,
    /// The secrets that stand in it.
    found: Vec<String>,
    /// Other files that it takes in.
    pub(super) needs: BTreeSet<SitePath>,
    /// Its code, cell by cell.
    pub(super) prints: Vec<Print>,
    /// Its cells that show something; none where nothing is compared with a base.
    pub(super) shown: Vec<Shown>,
}

impl Survey {
    /// What remains of a finding when its author, the repo and the book had their say.
    pub(super) fn weigh(&self, mut note: Note) -> Option<Note> {
        if self.allows.silence(&note) {
            return None;
        }
        note.severity = self.asked.severity(note.rule, note.severity)?;
        // A message may quote what it is about.
        note.message = self.hidden(&note.message);
        note.help = note.help.as_deref().map(|help| self.hidden(help));
        Some(note)
    }

    /// A text without the secrets that stand in the source, or that it holds by itself.
    fn hidden(&self, text: &str) -> String {
        self.secrets.hidden(&hide(&self.found, text))
    }

    pub(super) fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        self.notes.iter().map(|note| Diagnostic::new(&self.record.source, note.clone()))
    }
}

/// What a configuration says of what is published.
pub(super) struct Content {
    pub(super) include: GlobSet,
    pub(super) exclude: GlobSet,
}

impl Content {
    /// Whether it does not leave a file out.
    pub(super) fn holds(&self, path: &SitePath) -> bool {
        (self.include.is_empty() || self.include.is_match(path.as_str()))
            && !self.exclude.is_match(path.as_str())
    }
}

/// The sources of a repo, and what they are read with.
pub(super) struct Shelf<'a> {
    root: &'a Path,
    config: &'a Config,
    /// As the configuration has it, with all kinds of secrets.
    reading: Reading,
    sources: &'a [Source],
    open: &'a BTreeSet<SitePath>,
    src: &'a SitePath,
    content: Content,
    /// Whether cells are compared with those of a base.
    compares: bool,
    /// Files that are to be read as they stand here, and not as they lie on the disk.
    staged: BTreeMap<SitePath, Vec<u8>>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(
        (root, src): (&'a Path, &'a SitePath),
        config: &'a Config,
        (sources, open): (&'a [Source], &'a BTreeSet<SitePath>),
    ) -> Result<Self, String> {
        let mut reading = config.reading.clone();
        reading.secrets = reading.secrets.thorough();
        let content = Content {
            include: globs(&config.include, "content.include")?,
            exclude: globs(&config.exclude, "content.exclude")?,
        };
        Ok(Self {
            root,
            src,
            config,
            reading,
            sources,
            open,
            content,
            compares: false,
            staged: BTreeMap::new(),
        })
    }

    /// The same with other states of some files.
    pub(super) fn with(self, staged: BTreeMap<SitePath, Vec<u8>>) -> Self {
        Self { staged, ..self }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn bytes(&self, path: &SitePath) -> io::Result<Vec<u8>> {
        match self.staged.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None => disk::read_inside(self.root, path),
        }
    }

    /// The same where cells are compared with those of a base.
    pub(super) fn comparing(self, compares: bool) -> Self {
        Self { compares, ..self }
    }

    /// Whether the configuration does not leave a file out.
    pub(super) fn is_wanted(&self, path: &SitePath) -> bool {
        self.content.holds(path)
    }

    /// Whether a page can lie there at all.
    pub(super) fn lies_within(&self, path: &SitePath) -> bool {
        let is_hidden = path.segments().any(|name| name.starts_with('.') || name == "node_modules");
        path.below(self.src).is_some() && !is_hidden
    }

    /// Reads a source and asks it.
    pub(super) fn survey(&self, source: &Source, today: Date) -> Survey {
        match self.bytes(&source.path) {
            Ok(bytes) => self.survey_of(source, &bytes, today),
            Err(error) => {
                let why = format!("the file cannot be read: {error}");
                self.failed(source, vec![Note::error(Rule::NotebookInvalid, why)])
            }
        }
    }

    /// The same of given bytes.
    pub(super) fn survey_of(&self, source: &Source, bytes: &[u8], today: Date) -> Survey {
        let attempt = catch_unwind(AssertUnwindSafe(|| self.look(source, bytes, today)));
        attempt.unwrap_or_else(|_| {
            let note = Note::error(
                Rule::NotebookInvalid,
                "bindery failed on this file, which is a fault of bindery",
            )
            .help("please report it with the file");
            self.failed(source, vec![note])
        })
    }

    fn look(&self, source: &Source, bytes: &[u8], today: Date) -> Survey {
        let (notebook, notes, needs) = self.read(source, bytes);
        let asked = self.asked(source, &notebook.front);
        if notes.iter().any(|note| note.severity == Severity::Error) {
            return self.failed(source, notes);
        }
        let allows = Allows::of(&notebook, &self.reading.secrets);
        let prints = repetition::prints(&notebook, &asked);
        let shown = if self.compares { since::shown(&notebook) } else { Vec::new() };
        let mut desk = Desk { notebook: &notebook, bytes: bytes.len(), asked: &asked, notes };
        reading::ask(&mut desk);
        execution::ask(&mut desk);
        weight::ask(&mut desk);
        portability::ask(&mut desk);
        let mut notes = desk.notes;
        notes.extend(allows.unknown());
        let found = notebook.secrets_found().to_vec();
        let published = Published::new(notebook);
        let mut rendered = render::plain(&published, &self.reading.outputs);
        notes.append(&mut rendered.notes);
        let record = PageRecord::new(&source.path, &published, rendered.outline, None);
        documents::ask(&published, (&record, today), &asked, &mut notes);
        Survey {
            record: Arc::new(record),
            slots: rendered.body.bare(),
            notes,
            allows,
            asked,
            secrets: self.reading.secrets.clone(),
            found,
            needs,
            prints,
            shown,
        }
    }

    /// Reads a source; the other files that it asked for come too.
    fn read(&self, source: &Source, bytes: &[u8]) -> (Notebook, Vec<Note>, BTreeSet<SitePath>) {
        let files = Asking { shelf: self, asked: Mutex::default() };
        let around = Around { path: &source.path, reading: &self.reading, files: &files };
        let (notebook, notes) = Notebook::read(bytes, source.format, &around);
        (notebook, notes, files.asked.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn asked(&self, source: &Source, front: &FrontMatter) -> Asked {
        self.config.checks.asked(&source.path, &|key| documents::value(front, key))
    }

    fn failed(&self, source: &Source, notes: Vec<Note>) -> Survey {
        Survey {
            record: Arc::new(PageRecord::failed(&source.path, vec![String::new()])),
            slots: Fragment::new(),
            notes,
            allows: Allows::default(),
            asked: self.asked(source, &FrontMatter::default()),
            secrets: self.reading.secrets.clone(),
            found: Vec::new(),
            needs: BTreeSet::new(),
            prints: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// What is taken for a secret, all kinds of them.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.reading.secrets
    }
}

/// The files of a repo, for one source that takes some of them in.
struct Asking<'a> {
    shelf: &'a Shelf<'a>,
    asked: Mutex<BTreeSet<SitePath>>,
}

impl Files for Asking<'_> {
    fn text(&self, path: &SitePath) -> Result<String, String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        if !self.shelf.open.contains(path) {
            return Err(format!("`{path}` is not in the repo, or hidden, or ignored"));
        }
        text_of(path, self.shelf.bytes(path))
    }
}

/// Bodies of pages that others embed: few, and rendered when they are asked for.
impl Bodies for Shelf<'_> {
    fn body(&self, source: &SitePath) -> Result<Fragment, String> {
        let known = self.sources.iter().find(|known| known.path == *source);
        let known = known.ok_or_else(|| format!("`{source}` is no page"))?;
        let bytes = self.bytes(source).map_err(|error| format!("`{source}`: {error}"))?;
        let published = Published::new(self.read(known, &bytes).0);
        Ok(render::plain(&published, &self.reading.outputs).body)
    }
}

/// One source in the eyes of the check, for those who show it while it is written.
pub struct Look(Survey);

impl Look {
    /// Looks at a source of the folder `src` below `root`; `open` are the files that it may take in.
    /// `None` where nothing can be said of it: the configuration is wrong, or excludes it.
    pub fn at(
        source: &Source,
        (root, src): (&Path, &SitePath),
        config: &Config,
        (open, today): (&BTreeSet<SitePath>, Date),
    ) -> Option<Self> {
        if config.checks.excludes(&source.path) {
            return None;
        }
        let sources = std::slice::from_ref(source);
        let shelf = Shelf::new((root, src), config, (sources, open)).ok()?;
        Some(Self(shelf.survey(source, today)))
    }

    /// What was found in it, and what others found, as it is to be said.
    pub fn notes(&self, others: impl IntoIterator<Item = Note>) -> Vec<Note> {
        let mut notes: Vec<Note> =
            self.0.notes.iter().cloned().chain(others).filter_map(|note| self.0.weigh(note)).collect();
        notes.sort();
        notes.dedup();
        notes
    }
}

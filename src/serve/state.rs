//! The pages as they were made, and the site that they give together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use super::answer::{Answer, Table};
use super::basis::{Basis, Difference, Stamps, Subject};
use crate::build::Made;
use crate::cache::{Findable, Key};
use crate::diagnostic::{Diagnostic, Note, Rule};
use crate::digest::Digest;
use crate::disk::Source;
use crate::history::History;
use crate::path::SitePath;
use crate::site::{Edition, Input, PageRecord, Site};

/// What the next change needs.
pub(super) struct State {
    pub(super) basis: Arc<Basis>,
    pub(super) stamps: Stamps,
    /// The folders that the last look went through.
    pub(super) folders: Vec<SitePath>,
    /// Why there is no newer basis.
    pub(super) trouble: Option<String>,
    pub(super) history: History,
    pub(super) pages: BTreeMap<SitePath, Page>,
}

/// A page as the preview has it.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) record: Arc<PageRecord>,
    /// What decided it; none where it was not read.
    pub(super) key: Option<Key>,
    pub(super) notes: Vec<Note>,
    /// Other files that it took in, with their digests.
    pub(super) needs: Vec<(SitePath, Option<Digest>)>,
    pub(super) found: Option<Findable>,
    pub(super) is_read: bool,
    /// Why its source cannot be read now, though it could before: what is shown is the last that
    /// was good.
    pub(super) broken: Vec<Note>,
}

/// What readers see.
pub(super) struct Shown {
    pub(super) site: Arc<Site>,
    /// What was found in sources.
    pub(super) notes: BTreeMap<SitePath, Vec<Note>>,
    /// What was found when the site was put together.
    pub(super) said: BTreeMap<SitePath, Vec<Note>>,
    pub(super) broken: BTreeMap<SitePath, Vec<Note>>,
    /// Why there is no newer site: what is wrong with the configuration or the theme.
    pub(super) trouble: Option<String>,
    /// What decided each page that is shown: its text rests in the cache under that.
    pub(super) keys: BTreeMap<SitePath, Key>,
    /// The sources that were not read so far.
    pub(super) unread: BTreeSet<SitePath>,
    /// What changed last.
    pub(super) touched: BTreeSet<SitePath>,
    pub(super) basis: Arc<Basis>,
    /// What stands where, beside pages.
    pub(super) table: OnceLock<Table>,
    /// The files of the repo that pages link, by where they stand in the site: those of the pages
    /// that somebody asked for, and whether all were asked.
    pub(super) linked: Mutex<(BTreeMap<SitePath, SitePath>, bool)>,
    /// What open pages look like, for all who have the same one open.
    pub(super) answers: Mutex<HashMap<(SitePath, bool), Arc<Answer>>>,
    pub(super) number: u64,
}

impl Page {
    pub(super) fn of(made: Made) -> Self {
        let Made { key, record, notes, needs, found } = made;
        let broken = Vec::new();
        Self { record: Arc::new(record), key: Some(key), notes, needs, found, is_read: true, broken }
    }

    fn empty(record: PageRecord, is_read: bool) -> Self {
        let record = Arc::new(record);
        Self {
            record,
            key: None,
            notes: Vec::new(),
            needs: Vec::new(),
            found: None,
            is_read,
            broken: Vec::new(),
        }
    }

    pub(super) fn unread(source: &Source) -> Self {
        Self::empty(PageRecord::unread(&source.path), false)
    }

    pub(super) fn failed(source: &Source, why: String) -> Self {
        let notes = vec![Note::error(Rule::NotebookInvalid, why.clone())];
        Self { notes, ..Self::empty(PageRecord::failed(&source.path, vec![why]), true) }
    }

    /// Whether there is something to be shown of it.
    pub(super) fn is_good(&self) -> bool {
        self.is_read && self.record.failures.is_empty()
    }

    /// Whether another one shows and says the same; the text is known by what decided it.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.key == other.key
            && self.needs == other.needs
            && self.record == other.record
            && self.notes == other.notes
            && self.is_read == other.is_read
            && self.broken == other.broken
    }
}

impl State {
    /// The sources whose pages may be others now.
    pub(super) fn stale(&self, difference: &Difference) -> Vec<Source> {
        let is_stale = |source: &&Source| match self.pages.get(&source.path) {
            None => true,
            Some(page) => {
                let files = &difference.files;
                page.is_read
                    && (difference.is_of_reading
                        || files.contains(&source.path)
                        || (!files.is_empty() && page.needs.iter().any(|(path, _)| files.contains(path))))
            }
        };
        self.basis.found.sources.iter().filter(is_stale).cloned().collect()
    }

    /// Gives a page its last change.
    pub(super) fn date(&self, page: &mut Page) {
        let change = self.history.changes.get(&page.record.source);
        if page.record.change.as_ref() != change {
            let mut record = (*page.record).clone();
            record.change = change.cloned();
            page.record = Arc::new(record);
        }
    }

    pub(super) fn assemble(&self, subject: &Subject, number: u64) -> Shown {
        let basis = self.basis.clone();
        let input = Input {
            config: basis.config.clone(),
            theme: basis.theme.clone(),
            pages: self.pages.values().map(|page| page.record.clone()).collect(),
            drafts: BTreeSet::new(),
            files: basis.found.files.clone(),
            tracked: self.history.tracked.clone(),
            src: subject.src.clone(),
            edition: Edition {
                built: self.history.head.clone(),
                commit: self.history.commit.clone(),
                ..Edition::default()
            },
        };
        let (site, said) = Site::assemble(input);
        let mut shown = Shown {
            site: Arc::new(site),
            notes: BTreeMap::new(),
            said: BTreeMap::new(),
            broken: BTreeMap::new(),
            trouble: self.trouble.clone(),
            keys: BTreeMap::new(),
            unread: BTreeSet::new(),
            touched: BTreeSet::new(),
            basis,
            table: OnceLock::new(),
            linked: Mutex::default(),
            answers: Mutex::default(),
            number,
        };
        self.tell_notes(&mut shown);
        for Diagnostic { file, note } in said {
            shown.said.entry(file).or_default().push(note);
        }
        shown
    }

    /// Says what was found in the sources, and which are broken or unread.
    pub(super) fn tell_notes(&self, shown: &mut Shown) {
        for (path, page) in &self.pages {
            match page.notes.is_empty() {
                true => drop(shown.notes.remove(path)),
                false => drop(shown.notes.insert(path.clone(), page.notes.clone())),
            }
        }
        let broken = self.pages.iter().filter(|(_, page)| !page.broken.is_empty());
        shown.broken = broken.map(|(path, page)| (path.clone(), page.broken.clone())).collect();
        shown.keys = self.pages.iter().filter_map(|(path, page)| Some((path.clone(), page.key?))).collect();
        let unread = self.pages.iter().filter(|(_, page)| !page.is_read);
        shown.unread = unread.map(|(path, _)| path.clone()).collect();
    }
}

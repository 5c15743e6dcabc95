//! The site of a repo as it is now, and what becomes of it when files change.
//!
//! One lock holds what the next change needs (`State`), another what readers see (`Shown`): a look
//! at the repo and the rendering of what has changed happen under the first alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rayon::prelude::*;

use super::answer::Answer;
use super::basis::{Basis, Difference, Subject, changed};
use super::checked::Checked;
use super::index::Index;
use super::state::{Page, Shown, State};
use crate::build::{Gathering, Made, Stores, Works};
use crate::cache::{Cache, Findable, Key, Ledger};
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::disk::{self, Source, Stamp};
use crate::history::{self, History};
use crate::path::SitePath;
use crate::site::PageRecord;

/// The site of a repo, kept up to date.
pub(super) struct Preview {
    pub(super) subject: Subject,
    pub(super) cache: Arc<Cache>,
    ledger: Ledger,
    gathering: Gathering,
    state: Mutex<State>,
    shown: RwLock<Shown>,
    pub(super) index: Index,
    /// Documents that somebody asked for, as they were good last.
    pub(super) good: Mutex<BTreeMap<SitePath, Answer>>,
    /// Told the number of each new version.
    pub(super) versions: tokio::sync::watch::Sender<u64>,
    is_over: AtomicBool,
    /// How often git was asked.
    asked: AtomicU64,
    pub(super) checked: Checked,
}

/// A page with what it gave to the index of search.
pub(super) type Given = (Arc<PageRecord>, (Key, Findable));

/// A page that was read, with the state of its source before.
type Read = (Source, Option<Stamp>, Result<Option<Made>, String>);

/// What came of a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Sources that are missing or cannot be read, perhaps because somebody is just writing them.
    pub(super) unsure: BTreeSet<SitePath>,
    /// Whether something was other than before.
    pub(super) is_news: bool,
    /// Whether all was looked at: folders may be others.
    pub(super) is_of_folders: bool,
    /// Whether there are sources that git was not asked about so far.
    pub(super) has_new: bool,
    /// What cannot be read now, and could before: for the terminal.
    pub(super) failures: Vec<Diagnostic>,
}

impl Preview {
    /// Looks at the repo and takes what an earlier run kept; nothing is rendered.
    ///
    /// # Errors
    /// What is wrong with the configuration or the theme.
    pub(super) fn new(
        subject: Subject,
        cache: Arc<Cache>,
        scratch: std::path::PathBuf,
    ) -> Result<Self, String> {
        let (basis, stamps) = Basis::look(&subject)?;
        let basis = Arc::new(basis);
        let ledger = cache.ledger(&subject.root);
        let gathering = Gathering::new(&cache);
        let stores = Stores { cache: &cache, ledger: &ledger, publisher: None };
        let place = (subject.root.as_path(), &subject.src, &*basis.config);
        let works = Works::new(place, &basis.open, (stores, &gathering)).with_drafts();
        let page = |source: &Source| -> Result<(SitePath, Page), String> {
            let made = works.page_at_once(source)?;
            Ok((source.path.clone(), made.map_or_else(|| Page::unread(source), Page::of)))
        };
        let pages = basis.found.sources.par_iter().map(page).collect::<Result<_, _>>()?;
        let folders = basis.found.folders.clone();
        let history = History::default();
        let state = State { basis, stamps, folders, trouble: None, history, pages };
        let shown = RwLock::new(state.assemble(&subject, 0));
        let index = Index::new(scratch);
        let (versions, _) = tokio::sync::watch::channel(0);
        let is_over = AtomicBool::new(false);
        let state = Mutex::new(state);
        let good = Mutex::default();
        Ok(Self {
            subject,
            cache,
            ledger,
            gathering,
            state,
            shown,
            index,
            good,
            versions,
            is_over,
            asked: AtomicU64::new(0),
            checked: Checked::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What readers see now.
    pub(super) fn shown(&self) -> RwLockReadGuard<'_, Shown> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown_mut(&self) -> RwLockWriteGuard<'_, Shown> {
        self.shown.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The digest of a file of the repo as it was last looked at.
    pub(super) fn digest_of(&self, path: &SitePath) -> Option<Digest> {
        self.ledger.content(path).ok().map(|content| content.digest)
    }

    /// The bytes of a file of the repo.
    pub(super) fn read(&self, path: &SitePath) -> std::io::Result<Vec<u8>> {
        self.ledger.read(path).map(|(bytes, _)| bytes)
    }

    /// Whether a touched path can mean anything: a file that is hidden, or one that nobody knew and
    /// that is no more, means nothing.
    pub(super) fn is_of_interest(&self, path: &SitePath) -> bool {
        let is_hidden = |path: &SitePath| path.segments().any(|segment| segment.starts_with('.'));
        if matches!(path.name(), ".gitignore" | ".binderyignore") && !is_hidden(&path.parent()) {
            return true;
        }
        let shown = self.shown();
        let is_known = || shown.basis.open.contains(path) || shown.basis.found.folders.contains(path);
        !is_hidden(path) && (disk::exists(&self.subject.root, path) || is_known())
    }

    /// Nothing more is read that nobody asked for.
    pub(super) fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// The folders to be watched.
    pub(super) fn folders(&self) -> BTreeSet<std::path::PathBuf> {
        let root = &self.subject.root;
        self.state().folders.iter().map(|folder| disk::place(root, folder)).collect()
    }

    pub(super) fn works<'a>(&'a self, basis: &'a Basis) -> Works<'a> {
        let stores = Stores { cache: &self.cache, ledger: &self.ledger, publisher: None };
        let place = (self.subject.root.as_path(), &self.subject.src, &*basis.config);
        Works::new(place, &basis.open, (stores, &self.gathering)).with_drafts()
    }

    /// Takes in that some files were touched; without any, looks at all of them. Where `is_final`,
    /// what is missing or unreadable is taken for that.
    pub(super) fn refresh(&self, touched: Option<&BTreeSet<SitePath>>, is_final: bool) -> Outcome {
        let mut state = self.state();
        let mut difference = match self.difference(&mut state, touched, is_final) {
            Ok(difference) => difference,
            Err(outcome) => return outcome,
        };
        difference.files.iter().for_each(|path| self.ledger.forget(path));
        let (mut unsure, mut failures) = (BTreeSet::new(), Vec::new());
        let mut news: Vec<Arc<PageRecord>> = Vec::new();
        let mut has_new = false;
        let (mut is_of_site, mut is_news) = (difference.is_of_site, !difference.files.is_empty());
        for mut page in self.make_again(&state, &difference) {
            state.date(&mut page);
            let path = page.record.source.clone();
            let Some(before) = state.pages.get(&path) else {
                (is_of_site, has_new) = (true, true);
                state.pages.insert(path, page);
                continue;
            };
            if before.is_good() && !page.is_good() {
                // What was good last stays, and what is wrong now stands over it.
                if is_final {
                    if before.broken != page.notes {
                        is_news = true;
                        failures.extend(page.notes.iter().map(|note| Diagnostic::new(&path, note.clone())));
                    }
                    let broken = Page { broken: page.notes, ..before.clone() };
                    state.pages.insert(path, broken);
                } else {
                    unsure.insert(path);
                }
            } else if !before.is_same(&page) {
                news.push(page.record.clone());
                state.pages.insert(path, page);
            }
        }
        let gone: Vec<SitePath> =
            state.pages.keys().filter(|path| state.basis.source(path).is_none()).cloned().collect();
        is_of_site |= !gone.is_empty();
        gone.iter().for_each(|path| drop(state.pages.remove(path)));
        is_news |= is_of_site || !news.is_empty();
        if is_news {
            self.show(&state, (is_of_site, news), std::mem::take(&mut difference.files));
        }
        Outcome { unsure, is_news, is_of_folders: difference.is_look, has_new, failures }
    }

    /// What is other than before, where that can be told already.
    fn difference(
        &self,
        state: &mut State,
        touched: Option<&BTreeSet<SitePath>>,
        is_final: bool,
    ) -> Result<Difference, Outcome> {
        let root = &self.subject.root;
        // Known sources that are still there: what an author does most.
        let is_plain = |paths: &&BTreeSet<SitePath>| {
            paths
                .iter()
                .all(|path| state.pages.contains_key(path) && Stamp::of(&disk::place(root, path)).is_some())
        };
        if let Some(paths) = touched.filter(is_plain) {
            for path in paths {
                state.stamps.insert(path.clone(), Stamp::of(&disk::place(root, path)));
            }
            return Ok(Difference { files: paths.clone(), ..Difference::default() });
        }
        let (basis, stamps) = match Basis::look(&self.subject) {
            Ok(look) => look,
            Err(_) if !is_final && let Some(touched) = touched => {
                return Err(Outcome { unsure: touched.clone(), ..Outcome::default() });
            }
            Err(trouble) => {
                let is_news = state.trouble.as_ref() != Some(&trouble);
                if is_news {
                    eprintln!("error: {trouble}");
                    state.trouble = Some(trouble.clone());
                    self.shown_mut().trouble = Some(trouble);
                    self.tell();
                }
                return Err(Outcome { is_news, ..Outcome::default() });
            }
        };
        let mut difference = basis.since(&state.basis);
        difference.files = changed(&state.stamps, &stamps);
        difference.files.extend(touched.into_iter().flatten().cloned());
        let sources = state.basis.found.sources.iter().map(|source| &source.path);
        let gone: BTreeSet<SitePath> = sources.filter(|path| !basis.open.contains(*path)).cloned().collect();
        if !gone.is_empty() && !is_final {
            return Err(Outcome { unsure: gone, ..Outcome::default() });
        }
        difference.is_of_site |= state.trouble.take().is_some();
        state.folders.clone_from(&basis.found.folders);
        state.stamps = stamps;
        // A look that finds nothing new leaves those alone who read for the old one.
        if difference.is_of_site {
            state.basis = Arc::new(basis);
        }
        Ok(difference)
    }

    /// Makes the pages that may be others now.
    fn make_again(&self, state: &State, difference: &Difference) -> Vec<Page> {
        let stale = state.stale(difference);
        let works = self.works(&state.basis);
        let make = |source: &Source| match works.page(source) {
            Ok(made) => made.map(Page::of),
            Err(why) => Some(Page::failed(source, why)),
        };
        match stale.as_slice() {
            // A single page does not wait for a free worker.
            [one] => make(one).into_iter().collect(),
            many => many.par_iter().filter_map(make).collect(),
        }
    }

    /// Shows what has become of the site.
    fn show(
        &self,
        state: &State,
        (is_of_site, news): (bool, Vec<Arc<PageRecord>>),
        touched: BTreeSet<SitePath>,
    ) {
        let mut is_of_site = is_of_site;
        let is_news = is_of_site || !news.is_empty();
        if !is_of_site {
            let mut shown = self.shown_mut();
            is_of_site =
                news.into_iter().any(|record| Arc::make_mut(&mut shown.site).replace(record).is_err());
            if !is_of_site {
                state.tell_notes(&mut shown);
                shown.touched.clone_from(&touched);
                shown.number += 1;
                shown.answers = Mutex::default();
                shown.linked = Mutex::default();
            }
        }
        if is_of_site {
            let number = self.shown().number + 1;
            let mut shown = state.assemble(&self.subject, number);
            shown.touched = touched;
            *self.shown_mut() = shown;
        }
        if is_news {
            self.index.outdate();
        }
        self.tell();
    }

    fn tell(&self) {
        self.versions.send_modify(|number| *number += 1);
    }

    /// Reads a page now that was not read so far.
    pub(super) fn ensure(&self, source: &SitePath) {
        let basis = self.shown().basis.clone();
        let Some(source) = basis.source(source) else { return };
        let made = self.read_now(&basis, source);
        self.take_in(&basis, vec![made]);
    }

    /// Reads a page, with the state of its source before.
    fn read_now(&self, basis: &Basis, source: &Source) -> Read {
        // Nobody may have told of what was written since it was looked at.
        self.ledger.forget(&source.path);
        let stamp = Stamp::of(&disk::place(&self.subject.root, &source.path));
        (source.clone(), stamp, self.works(basis).page(source))
    }

    /// Takes in pages that were read for a basis, if that still holds.
    fn take_in(&self, basis: &Arc<Basis>, made: Vec<Read>) {
        let mut state = self.state();
        if !Arc::ptr_eq(&state.basis, basis) {
            return;
        }
        let mut is_news = false;
        for (source, stamp, made) in made {
            // What was written meanwhile is read again.
            if Stamp::of(&disk::place(&self.subject.root, &source.path)) != stamp {
                self.ledger.forget(&source.path);
                continue;
            }
            state.stamps.insert(source.path.clone(), stamp);
            let mut page = match made {
                Ok(Some(made)) => Page::of(made),
                Ok(None) => continue,
                Err(why) => Page::failed(&source, why),
            };
            state.date(&mut page);
            // Somebody may have read it meanwhile.
            if state.pages.get(&source.path).is_some_and(|known| !known.is_read) {
                state.pages.insert(source.path, page);
                is_news = true;
            }
        }
        if is_news {
            self.show(&state, (true, Vec::new()), BTreeSet::new());
        }
    }

    /// Reads all pages that were not read so far, and shows them as they come.
    pub(super) fn read_rest(&self) {
        /// How many pages are read before they are shown: each time more, since putting the site
        /// together takes longer the more there are.
        const FIRST: usize = 256;
        const LARGEST: usize = 1 << 16;
        let mut batch = FIRST;
        while !self.is_over.load(Ordering::Relaxed) {
            let (basis, unread) = {
                let shown = self.shown();
                (shown.basis.clone(), shown.unread.clone())
            };
            if unread.is_empty() {
                break;
            }
            let wanted: Vec<&Source> = basis
                .found
                .sources
                .iter()
                .filter(|source| unread.contains(&source.path))
                .take(batch)
                .collect();
            let over = || self.is_over.load(Ordering::Relaxed);
            let made = wanted
                .into_par_iter()
                .filter(|_| !over())
                .map(|source| self.read_now(&basis, source))
                .collect();
            self.take_in(&basis, made);
            batch = (batch * 3).min(LARGEST);
        }
        self.keep();
    }

    /// Asks git about all sources. An answer that a later one has overtaken is of no use.
    pub(super) fn remember(&self) {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let history = history::read(&self.subject.root, &self.sources());
        let mut state = self.state();
        if self.asked.load(Ordering::SeqCst) != number {
            return;
        }
        state.history = history;
        let dated: Vec<Page> = state
            .pages
            .values()
            .map(|page| {
                let mut page = page.clone();
                state.date(&mut page);
                page
            })
            .collect();
        for page in dated {
            state.pages.insert(page.record.source.clone(), page);
        }
        self.show(&state, (true, Vec::new()), BTreeSet::new());
    }

    /// The sources of all pages.
    fn sources(&self) -> BTreeSet<SitePath> {
        self.state().pages.keys().cloned().collect()
    }

    /// All pages that give something to the index, with what they gave; what is in memory of it lies
    /// in a run then. As long as the state is held, nothing changes.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn findable(&self) -> Result<(Vec<Given>, MutexGuard<'_, State>), String> {
        let state = self.state();
        self.gathering.flush()?;
        let page = |page: &Page| Some((page.record.clone(), (page.key?, page.found?)));
        Ok((state.pages.values().filter_map(page).collect(), state))
    }

    /// Makes the page of a source again whose text is gone from the cache.
    pub(super) fn renew(&self, source: &SitePath) {
        let basis = self.shown().basis.clone();
        if let Some(source) = basis.source(source) {
            // What cannot be made is shown as such by whoever asks for it.
            let _ = self.works(&basis).page(source);
        }
    }

    /// Makes all pages again whose text is gone from the cache.
    pub(super) fn renew_all(&self) {
        let keys = self.shown().keys.clone();
        let sources: Vec<SitePath> = keys.into_keys().collect();
        let gone = |source: &&SitePath| self.cache.words(source).is_err();
        sources.par_iter().filter(gone).for_each(|source| self.renew(source));
    }

    /// Keeps for the next run what this one found.
    pub(super) fn keep(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        if self.gathering.flush().is_err() {
            return;
        }
        // What cannot be kept is made again.
        // Of what was not read it is not known whether it is of use.
        if self.shown().unread.is_empty() {
            self.cache.tidy();
        }
        let _ = self.cache.keep_runs().and_then(|()| self.cache.keep_ledger(&self.ledger));
    }
}

//! The site of a repo as it is now, and what becomes of it when files change.
//!
//! One lock holds what the next change needs (`State`), another what readers see (`Shown`): a look
//! at the repo and the rendering of what has changed happen under the first alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rayon::prelude::*;

use super::answer::{Answer, Table};
use super::basis::{Basis, Difference, Stamps, Subject, changed};
use super::index::Index;
use crate::build::{Gathering, Made, Stores, Works};
use crate::cache::{Cache, Findable, Key, Ledger};
use crate::diagnostic::{Diagnostic, Note};
use crate::digest::Digest;
use crate::disk;
use crate::disk::{Source, Stamp};
use crate::history::History;
use crate::path::SitePath;
use crate::site::{Dates, Input, PageRecord, Site};

/// The site of a repo, kept up to date.
pub(super) struct Preview {
    pub(super) subject: Subject,
    pub(super) cache: Arc<Cache>,
    ledger: Ledger,
    gathering: Gathering,
    state: Mutex<State>,
    shown: RwLock<Shown>,
    pub(super) index: Index,
    /// Told the number of each new version.
    pub(super) versions: tokio::sync::watch::Sender<u64>,
    is_over: AtomicBool,
}

/// What the next change needs.
pub(super) struct State {
    basis: Arc<Basis>,
    stamps: Stamps,
    /// Why there is no newer basis.
    trouble: Option<String>,
    history: History,
    pages: BTreeMap<SitePath, Page>,
}

/// A page as the preview has it.
#[derive(Clone)]
struct Page {
    record: Arc<PageRecord>,
    /// What decided it; none where it was not read.
    key: Option<Key>,
    notes: Vec<Note>,
    /// Other files that it took in, with their digests.
    needs: Vec<(SitePath, Option<Digest>)>,
    found: Option<Findable>,
    is_read: bool,
    /// Why its source cannot be read now, though it could before: what is shown is the last that
    /// was good.
    broken: Vec<Note>,
}

/// What readers see.
pub(super) struct Shown {
    pub(super) site: Site,
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
    /// The files of the repo that pages link, by where they stand in the site.
    pub(super) linked: Mutex<BTreeMap<SitePath, SitePath>>,
    /// What open pages look like, for all who have the same one open.
    pub(super) answers: Mutex<HashMap<(SitePath, bool), Arc<Answer>>>,
    pub(super) number: u64,
}

/// A page with what it gave to the index of search.
pub(super) type Given = (Arc<PageRecord>, (Key, Findable));

/// What came of a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Sources that are missing or cannot be read, perhaps because somebody is just writing them.
    pub(super) unsure: BTreeSet<SitePath>,
    /// Whether something was other than before.
    pub(super) is_news: bool,
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
        let state = State { basis, stamps, trouble: None, history: History::default(), pages };
        let shown = RwLock::new(state.assemble(&subject, 0));
        let index = Index::new(scratch);
        let (versions, _) = tokio::sync::watch::channel(0);
        let is_over = AtomicBool::new(false);
        let state = Mutex::new(state);
        Ok(Self { subject, cache, ledger, gathering, state, shown, index, versions, is_over })
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
        let is_known =
            || shown.basis.open.contains(path) || shown.basis.folders().any(|folder| folder == path);
        !is_hidden(path) && (disk::exists(&self.subject.root, path) || is_known())
    }

    /// Nothing more is read that nobody asked for.
    pub(super) fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// The folders to be watched.
    pub(super) fn folders(&self) -> BTreeSet<std::path::PathBuf> {
        let root = &self.subject.root;
        self.state().basis.folders().map(|folder| disk::place(root, folder)).collect()
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
        let root = &self.subject.root;
        // Known sources that are still there: what an author does most.
        let is_plain = |paths: &&BTreeSet<SitePath>| {
            paths
                .iter()
                .all(|path| state.pages.contains_key(path) && Stamp::of(&disk::place(root, path)).is_some())
        };
        let difference = match touched.filter(is_plain) {
            Some(paths) => {
                for path in paths {
                    state.stamps.insert(path.clone(), Stamp::of(&disk::place(root, path)));
                }
                Difference { files: paths.clone(), ..Difference::default() }
            }
            None => match Basis::look(&self.subject) {
                Ok((basis, stamps)) => {
                    let mut difference = basis.since(&state.basis);
                    difference.files = changed(&state.stamps, &stamps);
                    difference.files.extend(touched.into_iter().flatten().cloned());
                    let gone = state.basis.found.sources.iter().map(|source| &source.path);
                    let gone: BTreeSet<SitePath> =
                        gone.filter(|path| !basis.open.contains(*path)).cloned().collect();
                    if !gone.is_empty() && !is_final {
                        return Outcome { unsure: gone, is_news: false };
                    }
                    difference.is_of_site |= state.trouble.take().is_some();
                    // A look that finds nothing new leaves those alone who read for the old one.
                    if difference.is_of_site {
                        state.basis = Arc::new(basis);
                    }
                    state.stamps = stamps;
                    difference
                }
                Err(trouble) => {
                    let is_news = state.trouble.as_ref() != Some(&trouble);
                    if is_news && is_final {
                        state.trouble = Some(trouble.clone());
                        self.shown_mut().trouble = Some(trouble);
                        self.tell();
                    }
                    let unsure = touched.filter(|_| !is_final).cloned().unwrap_or_default();
                    return Outcome { unsure, is_news };
                }
            },
        };
        difference.files.iter().for_each(|path| self.ledger.forget(path));
        let stale = state.stale(&difference);
        let works = self.works(&state.basis);
        let made: Vec<Result<Option<Made>, String>> = match stale.as_slice() {
            // A single page does not wait for a free worker.
            [one] => vec![works.page(one)],
            many => many.par_iter().map(|source| works.page(source)).collect(),
        };
        let mut unsure = BTreeSet::new();
        let mut fresh = Vec::new();
        let mut is_broken_otherwise = false;
        for (source, made) in stale.iter().zip(made) {
            let page = match made {
                Ok(Some(made)) => Page::of(made),
                Ok(None) => continue,
                Err(why) => Page::failed(source, why),
            };
            let before = state.pages.get(&source.path).filter(|page| page.is_good());
            match before {
                Some(good) if !page.record.failures.is_empty() => {
                    if is_final {
                        is_broken_otherwise |= good.broken != page.notes;
                        let broken = Page { broken: page.notes, ..good.clone() };
                        state.pages.insert(source.path.clone(), broken);
                    } else {
                        unsure.insert(source.path.clone());
                    }
                }
                _ => fresh.push(page),
            }
        }
        let mut news: Vec<Arc<PageRecord>> = Vec::new();
        let mut is_of_site = difference.is_of_site;
        for mut page in fresh {
            state.date(&mut page);
            let path = page.record.source.clone();
            match state.pages.get(&path) {
                Some(before) if before.is_same(&page) => {}
                Some(_) => news.push(page.record.clone()),
                None => is_of_site = true,
            }
            state.pages.insert(path, page);
        }
        let gone: Vec<SitePath> =
            state.pages.keys().filter(|path| !state.basis.is_source(path)).cloned().collect();
        is_of_site |= !gone.is_empty();
        gone.iter().for_each(|path| drop(state.pages.remove(path)));
        let is_news = is_of_site || !news.is_empty() || is_broken_otherwise || !difference.files.is_empty();
        if is_news {
            self.show(&state, (is_of_site, news), difference.files);
        }
        Outcome { unsure, is_news }
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
            is_of_site = news.into_iter().any(|record| shown.site.replace(record).is_err());
            if !is_of_site {
                state.tell_notes(&mut shown);
                shown.touched.clone_from(&touched);
                shown.number += 1;
                shown.answers = Mutex::default();
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
        let Some(source) = basis.found.sources.iter().find(|known| known.path == *source) else { return };
        self.take_in(&basis, vec![(source.clone(), self.works(&basis).page(source))]);
    }

    /// Takes in pages that were read for a basis, if that still holds.
    fn take_in(&self, basis: &Arc<Basis>, made: Vec<(Source, Result<Option<Made>, String>)>) {
        let mut state = self.state();
        if !Arc::ptr_eq(&state.basis, basis) {
            return;
        }
        let mut is_news = false;
        for (source, made) in made {
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
            let works = self.works(&basis);
            let over = || self.is_over.load(Ordering::Relaxed);
            let made = wanted
                .into_par_iter()
                .filter(|_| !over())
                .map(|source| (source.clone(), works.page(source)))
                .collect();
            self.take_in(&basis, made);
            batch *= 3;
        }
    }

    /// Takes in what git knows.
    pub(super) fn remember(&self, history: History) {
        let mut state = self.state();
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
    pub(super) fn sources(&self) -> BTreeSet<SitePath> {
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
        if let Some(source) = basis.found.sources.iter().find(|known| known.path == *source) {
            // What cannot be made is shown as such by whoever asks for it.
            let _ = self.works(&basis).page(source);
        }
    }

    /// Keeps for the next run what this one found.
    pub(super) fn keep(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        if self.gathering.flush().is_err() {
            return;
        }
        // What cannot be kept is made again.
        self.cache.tidy();
        let _ = self.cache.keep_runs().and_then(|()| self.cache.keep_ledger(&self.ledger));
    }
}

impl Page {
    fn of(made: Made) -> Self {
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

    fn unread(source: &Source) -> Self {
        Self::empty(PageRecord::unread(&source.path), false)
    }

    fn failed(source: &Source, why: String) -> Self {
        Self::empty(PageRecord::failed(&source.path, vec![why]), true)
    }

    /// Whether there is something to be shown of it.
    fn is_good(&self) -> bool {
        self.is_read && self.record.failures.is_empty()
    }

    /// Whether another one shows and says the same; the text is known by what decided it.
    fn is_same(&self, other: &Self) -> bool {
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
    fn stale(&self, difference: &Difference) -> Vec<Source> {
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
    fn date(&self, page: &mut Page) {
        let change = self.history.changes.get(&page.record.source);
        if page.record.change.as_ref() != change {
            let mut record = (*page.record).clone();
            record.change = change.cloned();
            page.record = Arc::new(record);
        }
    }

    fn assemble(&self, subject: &Subject, number: u64) -> Shown {
        let basis = self.basis.clone();
        let input = Input {
            config: basis.config.clone(),
            theme: basis.theme.clone(),
            pages: self.pages.values().map(|page| page.record.clone()).collect(),
            drafts: BTreeSet::new(),
            files: basis.found.files.clone(),
            tracked: self.history.tracked.clone(),
            src: subject.src.clone(),
            dates: Dates { built: self.history.head.clone() },
        };
        let (site, said) = Site::assemble(input);
        let mut shown = Shown {
            site,
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
    fn tell_notes(&self, shown: &mut Shown) {
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

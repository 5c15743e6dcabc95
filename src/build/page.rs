//! A source → its page: as an earlier run kept it where nothing that decided it has changed, else
//! read and rendered anew.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::index::{Gathering, findable, is_findable};
use crate::cache::{Cache, Content, Findable, Head, Key, Ledger, Pack};
use crate::config::{Config, DownloadMode};
use crate::diagnostic::{Note, Rule, Severity};
use crate::digest::Digest;
use crate::disk::{self, Publisher, Source};
use crate::notebook::{Around, Files, Format, Notebook, Published, Script, text_of};
use crate::path::{SitePath, percent_decode};
use crate::render;
use crate::site::{PageRecord, out_path, script_place};

/// Where pages are kept and go.
#[derive(Clone, Copy)]
pub(crate) struct Stores<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) ledger: &'a Ledger,
    /// Without one nothing is published.
    pub(crate) publisher: Option<&'a Publisher>,
}

/// What every page is made with.
pub(crate) struct Works<'a> {
    root: &'a Path,
    src: &'a SitePath,
    config: &'a Config,
    /// Of what the configuration says of reading.
    reading: Digest,
    /// The files that pages may take in: those that the walk found open.
    open: &'a BTreeSet<SitePath>,
    stores: Stores<'a>,
    gathering: &'a Gathering,
    /// Whether drafts are pages too.
    drafts: bool,
}

/// A page as it was made.
pub(crate) struct Made {
    /// What decided it, but for the other files that it took in.
    pub(crate) key: Key,
    /// What the site sees of it.
    pub(crate) record: PageRecord,
    /// What was found in its source.
    pub(crate) notes: Vec<Note>,
    /// Other files of the repo that it took in, with their digests.
    pub(crate) needs: Vec<(SitePath, Option<Digest>)>,
    /// What it gave to the index of search.
    pub(crate) found: Option<Findable>,
}

impl<'a> Works<'a> {
    /// For the pages of the folder `src` below `root`; drafts are none.
    pub(crate) fn new(
        (root, src, config): (&'a Path, &'a SitePath, &'a Config),
        open: &'a BTreeSet<SitePath>,
        (stores, gathering): (Stores<'a>, &'a Gathering),
    ) -> Self {
        let reading = Digest::of(&serde_json::to_vec(&config.reading).unwrap_or_default());
        Self { root, src, config, reading, open, stores, gathering, drafts: false }
    }

    /// The same where drafts are pages too.
    pub(crate) fn with_drafts(self) -> Self {
        Self { drafts: true, ..self }
    }
}

impl Works<'_> {
    /// The page of one source; its body rests in the cache then, its downloads and the files made
    /// of its outputs are published. A draft gives nothing where drafts are no pages.
    pub(crate) fn page(&self, source: &Source) -> Result<Option<Made>, String> {
        let unread = |error: std::io::Error| {
            let note = Note::error(Rule::NotebookInvalid, format!("the file cannot be read: {error}"));
            Ok(Some(failed(source, self.key(source, Digest::default()), vec![note])))
        };
        let Content { digest, bytes } = match self.stores.ledger.content(&source.path) {
            Ok(content) => content,
            Err(error) => return unread(error),
        };
        let key = self.key(source, digest);
        if let Some(head) = self.kept(source, key)? {
            return Ok(self.made(key, head));
        }
        let (bytes, digest) = match bytes {
            Some(bytes) => (bytes, digest),
            None => match self.stores.ledger.read(&source.path) {
                Ok(read) => read,
                Err(error) => return unread(error),
            },
        };
        self.make(source, &bytes, self.key(source, digest))
    }

    /// The page of one source if it was kept and the source need not be read to know so.
    pub(crate) fn page_at_once(&self, source: &Source) -> Result<Option<Made>, String> {
        let Some(digest) = self.stores.ledger.known(&source.path) else { return Ok(None) };
        let key = self.key(source, digest);
        Ok(self.kept(source, key)?.and_then(|head| self.made(key, head)))
    }

    /// A kept page, unless it is a draft that is none.
    fn made(&self, key: Key, head: Head) -> Option<Made> {
        let Head { record, notes, needs, found, .. } = head;
        let is_page = self.drafts || !record.front.draft;
        is_page.then_some(Made { key, record, notes, needs, found })
    }

    /// What decides what a page holds, but for the other files that it takes in.
    fn key(&self, source: &Source, digest: Digest) -> Key {
        Key::of(&[
            &digest.bytes(),
            source.path.as_str().as_bytes(),
            format!("{:?}", source.format).as_bytes(),
            &self.reading.bytes(),
            // The language that pages are written in which do not say it: of words in the index.
            self.config.language.as_bytes(),
            self.src.as_str().as_bytes(),
        ])
    }

    /// The path of a source below the published folder.
    fn local(&self, source: &SitePath) -> SitePath {
        source.below(self.src).unwrap_or_else(|| source.clone())
    }

    /// A page as an earlier run kept it, if all that it took in is as it was.
    fn kept(&self, source: &Source, key: Key) -> Result<Option<Head>, String> {
        let Some(head) = self.stores.cache.get(&source.path, key) else { return Ok(None) };
        let holds = |(path, digest): &(SitePath, Option<Digest>)| {
            let now = self.open.contains(path).then(|| self.stores.ledger.content(path).ok()).flatten();
            now.map(|content| content.digest) == *digest
        };
        if !head.needs.iter().all(holds) {
            return Ok(None);
        }
        let is_page = self.drafts || !head.record.front.draft;
        let found = match head.found {
            _ if !is_page || !is_findable(&head.record) => None,
            Some(found) if self.stores.cache.number(key).is_some() => Some(found),
            _ => return Ok(None),
        };
        let published = match self.stores.publisher {
            Some(publisher) if is_page => self.publish_kept(publisher, source, (key, &head))?,
            _ => true,
        };
        if !published {
            return Ok(None);
        }
        if let Some(found) = found {
            self.gathering.keep((key, found), &head.record, &self.local(&source.path));
        }
        Ok(Some(head))
    }

    /// Publishes the files of a kept page; `false` where one of them is gone.
    fn publish_kept(
        &self,
        publisher: &Publisher,
        source: &Source,
        (key, head): (Key, &Head),
    ) -> Result<bool, String> {
        for name in &head.assets {
            let (place, mark) = (out_path(name), Digest::of(name.as_bytes()));
            if publisher.keep(&place, mark) {
                continue;
            }
            let Some(bytes) = self.stores.cache.asset(name) else { return Ok(false) };
            publisher.put_marked(&place, mark, &bytes)?;
        }
        let local = self.local(&source.path);
        let downloads = &head.record.downloads;
        if downloads.notebook && !publisher.keep(&local, key.digest()) {
            let Some(copy) = self.copy(source) else { return Ok(false) };
            publisher.put_marked(&local, key.digest(), &copy)?;
        }
        if let Some(extension) = &downloads.script {
            let place = script_place(&local, extension);
            if !publisher.keep(&place, key.digest()) {
                let Ok(script) = self.stores.cache.script(&source.path) else { return Ok(false) };
                publisher.put_marked(&place, key.digest(), &script)?;
            }
        }
        Ok(true)
    }

    /// The notebook of a page as readers can have it; `None` where it cannot be filtered.
    pub(crate) fn copy(&self, source: &Source) -> Option<Vec<u8>> {
        let (bytes, _) = self.stores.ledger.read(&source.path).ok()?;
        let files = RepoFiles::new(self, &source.path);
        let around = Around { path: &source.path, reading: &self.config.reading, files: &files };
        let (notebook, _) = Notebook::read(&bytes, source.format, &around);
        Published::new(notebook).copy(&bytes).map(|copy| copy.into_owned())
    }

    /// Reads and renders a source.
    fn make(&self, source: &Source, bytes: &[u8], key: Key) -> Result<Option<Made>, String> {
        let files = RepoFiles::new(self, &source.path);
        let around = Around { path: &source.path, reading: &self.config.reading, files: &files };
        let rendered = catch_unwind(AssertUnwindSafe(|| render_one(bytes, source.format, &around)));
        let Ok((published, mut rendered, mut notes)) = rendered else {
            let note = Note::error(
                Rule::NotebookInvalid,
                "bindery failed on this file, which is a fault of bindery",
            )
            .help("please report it with the file");
            return Ok(Some(failed(source, key, vec![note])));
        };
        if notes.iter().any(|note| note.severity == Severity::Error) {
            return Ok(Some(failed(source, key, notes)));
        }
        let is_page = self.drafts || !published.notebook().front.draft;
        rendered.body.size_images(|target| self.picture_size(&files, target));
        let downloads = self.config.reading.outputs.downloads;
        let script = published.script().filter(|_| downloads != DownloadMode::None);
        let outline = std::mem::take(&mut rendered.outline);
        let mut record = PageRecord::new(&source.path, &published, outline, script.as_ref());
        let local = self.local(&source.path);
        let copy = if downloads == DownloadMode::Copied && record.downloads.notebook {
            published.copy(bytes)
        } else {
            None
        };
        record.downloads.notebook = copy.is_some();
        notes.append(&mut rendered.notes);
        let quotes = if is_page && is_findable(&record) {
            let units = std::mem::take(&mut rendered.units);
            Some(self.gathering.add(key, (&record, &units), (&self.config.language, &local))?)
        } else {
            None
        };
        if let Some(publisher) = self.stores.publisher.filter(|_| is_page) {
            for asset in &rendered.assets {
                publisher.put_marked(
                    &out_path(&asset.name),
                    Digest::of(asset.name.as_bytes()),
                    &asset.bytes,
                )?;
            }
            if let Some(copy) = &copy {
                publisher.put_marked(&local, key.digest(), copy)?;
            }
            if let Some(Script { extension, text }) = &script {
                publisher.put_marked(&script_place(&local, extension), key.digest(), text.as_bytes())?;
            }
        }
        if self.stores.cache.is_kept() {
            rendered.assets.iter().try_for_each(|asset| self.stores.cache.put_asset(asset))?;
        }
        let head = Head {
            record,
            notes,
            needs: files.needs(),
            assets: rendered.assets.iter().map(|asset| asset.name.clone()).collect(),
            found: quotes.as_ref().map(findable),
        };
        let nothing = Default::default();
        let pack = Pack {
            head: &head,
            body: &rendered.body,
            quotes: quotes.as_ref().map_or(&[], |quotes| &quotes.files),
            words: quotes.as_ref().map_or(&nothing, |quotes| &quotes.words),
            script: script.as_ref().map_or("", |script| &script.text),
        };
        self.stores.cache.put(&source.path, key, &pack)?;
        Ok(self.made(key, head))
    }

    /// The size of a picture of the repo that a page shows.
    fn picture_size(&self, files: &RepoFiles<'_>, target: &str) -> Option<(usize, usize)> {
        let target = percent_decode(target)?;
        let path = match target.strip_prefix('/') {
            Some(rest) => SitePath::root().join(rest),
            None => files.page.parent().join(&target),
        }?;
        let head = files.ask(&path).then(|| disk::head_inside(self.root, &path, PICTURE_HEAD))??;
        render::picture_size(&head)
    }
}

/// How much of a picture is read for its size, in bytes: what cameras write before it, or a whole
/// drawing.
const PICTURE_HEAD: u64 = 256 << 10;

pub(super) fn render_one(
    bytes: &[u8],
    format: Format,
    around: &Around<'_>,
) -> (Published, render::Rendered, Vec<Note>) {
    let (notebook, notes) = Notebook::read(bytes, format, around);
    let published = Published::new(notebook);
    let rendered = render::body(&published, &around.reading.outputs);
    (published, rendered, notes)
}

/// The files that a page may take in: those that the walk found open, below the root. What it asks
/// for is noted.
struct RepoFiles<'a> {
    works: &'a Works<'a>,
    page: &'a SitePath,
    asked: Mutex<BTreeMap<SitePath, Option<Digest>>>,
}

impl<'a> RepoFiles<'a> {
    fn new(works: &'a Works<'a>, page: &'a SitePath) -> Self {
        Self { works, page, asked: Mutex::default() }
    }

    fn note(&self, path: &SitePath, digest: Option<Digest>) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), digest);
    }

    /// Notes what an open file holds; `false` where there is none.
    fn ask(&self, path: &SitePath) -> bool {
        let content =
            self.works.open.contains(path).then(|| self.works.stores.ledger.content(path).ok()).flatten();
        let digest = content.map(|content| content.digest);
        self.note(path, digest);
        digest.is_some()
    }

    fn needs(self) -> Vec<(SitePath, Option<Digest>)> {
        self.asked.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }
}

impl Files for RepoFiles<'_> {
    fn text(&self, path: &SitePath) -> Result<String, String> {
        if !self.works.open.contains(path) {
            self.note(path, None);
            return Err(format!("`{path}` is not in the repo, or hidden, or ignored"));
        }
        let read = self.works.stores.ledger.read(path);
        self.note(path, read.as_ref().ok().map(|(_, digest)| *digest));
        text_of(path, read.map(|(bytes, _)| bytes))
    }
}

/// The page of a source that could not be read: it says so.
fn failed(source: &Source, key: Key, notes: Vec<Note>) -> Made {
    let record = failure(source, &notes);
    Made { key, record, notes, needs: Vec::new(), found: None }
}

/// The record of a source that could not be read.
pub(super) fn failure(source: &Source, notes: &[Note]) -> PageRecord {
    let lines = notes
        .iter()
        .filter(|note| note.severity == Severity::Error)
        .map(|note| match note.line {
            Some(line) => format!("{} (line {line})", note.message),
            None => note.message.clone(),
        })
        .collect();
    PageRecord::failed(&source.path, lines)
}

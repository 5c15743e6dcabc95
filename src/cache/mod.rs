//! What is kept from one run to the next: pages as they were read and rendered, the runs of the
//! search index, what was published where.
//!
//! Deleting it is always safe. Nothing in it is trusted for its place or name: a file counts only
//! where this very build of the program wrote it, whole, for just the same input (`seal`, `pack`).
//! It knows nothing of themes, URLs or other pages: what a page shows of those comes in when it is
//! produced. Without a folder to keep it in, the same files lie in a temporary one.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

mod last;
mod ledger;
mod pack;
mod runs;
mod seal;

pub use last::Last;
pub use ledger::{Content, Ledger};
pub use pack::{Findable, Head, Key, Pack};

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use pack::{Opened, Section};
use runs::Shelf;

use crate::digest::Digest;
use crate::path::SitePath;
use crate::render::{Asset, Fragment};
use crate::search::Words;
use crate::site::Bodies;

/// A cache in its folder.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// Where things go that cannot be written there.
    spare: Option<PathBuf>,
    /// Whether it stays when the program ends.
    is_kept: bool,
    /// The key of each page as this run has it.
    pages: Mutex<HashMap<SitePath, Key>>,
    /// Whether something could not be written, and whether something that was kept is not there
    /// any more as it was.
    is_broken: AtomicBool,
    is_torn: AtomicBool,
    shelf: Mutex<Shelf>,
}

/// By this file backups and other programs know a cache (<https://bford.info/cachedir/>), and we
/// know ours.
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of bindery. Deleting it is always safe.\n";

impl Cache {
    /// The cache in a folder, which is made where it is not there.
    ///
    /// # Errors
    /// Why it cannot be used: a folder of somebody else's, or what the system says.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let say = |error: io::Error| format!("`{}`: {error}", folder.display());
        if !is_cache(folder) && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(format!("`{}` holds files that are no cache of bindery", folder.display()));
        }
        let cache = Self::at(folder, true).map_err(say)?;
        *cache.shelf() = Shelf::read(folder);
        Ok(cache)
    }

    /// A cache for one run, in a folder that goes with it.
    ///
    /// # Errors
    /// What the system says.
    pub fn temporary(folder: &Path) -> Result<Self, String> {
        Self::at(folder, false).map_err(|error| format!("`{}`: {error}", folder.display()))
    }

    fn at(folder: &Path, is_kept: bool) -> io::Result<Self> {
        make(folder)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            spare: None,
            is_kept,
            pages: Mutex::default(),
            is_broken: AtomicBool::new(false),
            is_torn: AtomicBool::new(false),
            shelf: Mutex::default(),
        })
    }

    /// The same with a folder for this run alone, for what cannot be written to its own.
    pub fn with_spare(mut self, spare: &Path) -> Self {
        self.spare = Some(spare.to_path_buf());
        self
    }

    /// Where a file stands among those that could not be written to the folder.
    fn spare_place(&self, path: &Path) -> Option<PathBuf> {
        Some(self.spare.as_ref()?.join(path.strip_prefix(&self.folder).ok()?))
    }

    /// The pack of a source under a key.
    fn opened(&self, source: &SitePath, key: Key) -> Option<Opened> {
        let path = self.pack(source, key);
        Opened::of(&path, key).or_else(|| Opened::of(&self.spare_place(&path)?, key))
    }

    /// Whether it stays when the program ends.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Whether something could not be written.
    pub fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    /// Whether a part of a page was not there as it was written, though its head was.
    pub fn is_torn(&self) -> bool {
        self.is_torn.load(Ordering::Relaxed)
    }

    /// What is said of something that could not be written.
    fn broken(&self, path: &Path, error: &io::Error) -> String {
        self.is_broken.store(true, Ordering::Relaxed);
        format!("`{}` cannot be written: {error}", path.display())
    }

    fn pages(&self) -> MutexGuard<'_, HashMap<SitePath, Key>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file of a page: each state of a source has its own, so that a page can be shown as it was
    /// while the next is made, and going back costs nothing.
    fn pack(&self, source: &SitePath, key: Key) -> PathBuf {
        let source = Digest::of(source.as_str().as_bytes());
        self.folder.join("packs").join(format!("{source:.16}-{:.16}", key.digest()))
    }

    /// What is known of the page of a source, if it was kept under this key; from then on it is the
    /// page of that source.
    pub fn get(&self, source: &SitePath, key: Key) -> Option<Head> {
        let head = self.opened(source, key)?.read(Section::Head)?;
        self.pages().insert(source.clone(), key);
        Some(head)
    }

    /// Keeps a page.
    ///
    /// # Errors
    /// What the system says.
    pub fn put(&self, source: &SitePath, key: Key, pack: &Pack<'_>) -> Result<(), String> {
        let path = self.pack(source, key);
        let bytes = pack::encode(key, pack).map_err(|error| self.broken(&path, &error))?;
        self.write(&path, &bytes)?;
        self.pages().insert(source.clone(), key);
        Ok(())
    }

    /// A section of the page of a source, as this run had it last.
    fn section<T>(
        &self,
        source: &SitePath,
        read: impl FnOnce(&mut Opened) -> Option<T>,
    ) -> Result<T, String> {
        let key = self.pages().get(source).copied();
        self.section_of(source, key, read)
    }

    fn section_of<T>(
        &self,
        source: &SitePath,
        key: Option<Key>,
        read: impl FnOnce(&mut Opened) -> Option<T>,
    ) -> Result<T, String> {
        let found = key.and_then(|key| read(&mut self.opened(source, key)?));
        found.ok_or_else(|| {
            self.is_torn.store(true, Ordering::Relaxed);
            // It is made again when somebody asks for it next.
            let _ = key.map(|key| fs::remove_file(self.pack(source, key)));
            format!("the page of `{source}` in `{}` is gone; run it again", self.folder.display())
        })
    }

    /// The body of the page that a source had under a key.
    ///
    /// # Errors
    /// That it is gone.
    pub fn body_of(&self, source: &SitePath, key: Key) -> Result<Fragment, String> {
        self.section_of(source, Some(key), |pack| pack.read(Section::Body))
    }

    /// What results of search quote of a page.
    ///
    /// # Errors
    /// That it is gone.
    pub fn quotes(&self, source: &SitePath) -> Result<Vec<String>, String> {
        self.section(source, |pack| pack.read(Section::Quotes))
    }

    /// The plain words that a page says.
    ///
    /// # Errors
    /// That they are gone.
    pub fn words(&self, source: &SitePath) -> Result<Words, String> {
        self.section(source, |pack| pack.read(Section::Words))
    }

    /// The script of a page.
    ///
    /// # Errors
    /// That it is gone.
    pub fn script(&self, source: &SitePath) -> Result<Vec<u8>, String> {
        self.section(source, |pack| pack.bytes(Section::Script))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), String> {
        let written = match fs::write(path, bytes) {
            // Somebody has deleted it all, which is always safe.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(&self.folder).and_then(|()| fs::write(path, bytes))
            }
            written => written,
        };
        let Err(error) = written else { return Ok(()) };
        let was_broken = self.is_broken();
        let why = self.broken(path, &error);
        let spare = self.spare_place(path).ok_or(why.clone())?;
        if !was_broken {
            eprintln!("note: nothing more is kept for the next run: {why}");
        }
        let written =
            spare.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&spare, bytes));
        written.map_err(|error| self.broken(&spare, &error))
    }

    /// Keeps a file made of an output.
    ///
    /// # Errors
    /// What the system says.
    pub fn put_asset(&self, asset: &Asset) -> Result<(), String> {
        let path = self.folder.join("assets").join(&asset.name);
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == asset.bytes.len() as u64) {
            return Ok(());
        }
        self.write(&path, &asset.bytes)
    }

    /// A file made of an output; `None` where it is not there as it was made.
    pub fn asset(&self, name: &str) -> Option<Vec<u8>> {
        let name = SitePath::new(name).filter(|path| path.depth() == 0 || path.as_str() == path.name())?;
        let path = self.folder.join("assets").join(name.as_str());
        let read = |path: PathBuf| fs::read(path).ok().filter(|bytes| Asset::is_named(name.as_str(), bytes));
        read(path.clone()).or_else(|| read(self.spare_place(&path)?))
    }

    /// The ledger of the files below a root, as the last run left it.
    pub fn ledger(&self, root: &Path) -> Ledger {
        let before = if self.is_kept { seal::read(&self.folder.join("ledger")) } else { None };
        Ledger::new(root, before.unwrap_or_default())
    }

    /// Keeps a ledger for the next run.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep_ledger(&self, ledger: &Ledger) -> Result<(), String> {
        self.keep("ledger", &ledger.entries())
    }

    /// The addresses in the web that answered, each with the day.
    pub fn answers(&self) -> BTreeMap<String, i64> {
        seal::read(&self.folder.join("answers")).unwrap_or_default()
    }

    /// Keeps them for the next run.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep_answers(&self, answers: &BTreeMap<String, i64>) -> Result<(), String> {
        self.keep("answers", answers)
    }

    /// Clears away pages that this run did not have, the oldest first, until they are no more than
    /// those that it had: what is older was seldom the state before.
    pub fn tidy(&self) {
        let pages = self.pages();
        let current: HashSet<PathBuf> = pages.iter().map(|(source, key)| self.pack(source, *key)).collect();
        let entries = fs::read_dir(self.folder.join("packs")).into_iter().flatten().flatten();
        let mut others: Vec<(SystemTime, PathBuf)> = entries
            .map(|entry| entry.path())
            .filter(|path| !current.contains(path))
            .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
            .collect();
        others.sort_by(|a, b| b.cmp(a));
        for (_, path) in others.iter().skip(current.len()) {
            // What cannot be removed only takes room.
            let _ = fs::remove_file(path);
        }
    }

    fn keep(&self, name: &str, value: &impl serde::Serialize) -> Result<(), String> {
        let path = self.folder.join(name);
        if !self.is_kept {
            return Ok(());
        }
        match seal::write(&path, value).map_err(|error| self.broken(&path, &error)) {
            // Whoever has a place to spare goes on without keeping anything.
            Err(_) if self.spare.is_some() => Ok(()),
            kept => kept,
        }
    }
}

/// Makes the folders of a cache.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for inner in ["packs", "assets", "runs"] {
        builder.create(folder.join(inner))?;
    }
    // A cache in a repo is none of git's business.
    fs::write(folder.join(".gitignore"), "*\n")?;
    fs::write(folder.join(TAG), TAG_TEXT)
}

/// Whether a folder is a cache of ours.
fn is_cache(folder: &Path) -> bool {
    fs::read_to_string(folder.join(TAG)).is_ok_and(|text| text == TAG_TEXT)
}

/// Deletes a cache; says whether there was one.
///
/// # Errors
/// What the system says, or that the folder is somebody else's.
pub fn clean(folder: &Path) -> Result<bool, String> {
    if fs::symlink_metadata(folder).is_err() {
        return Ok(false);
    }
    if !is_cache(folder) {
        return Err(format!("`{}` is no cache of bindery; nothing was deleted", folder.display()));
    }
    // Another program may be writing to it: what has another name nobody writes to.
    let gone = folder.with_extension(format!("{}.gone", std::process::id()));
    fs::rename(folder, &gone)
        .and_then(|()| fs::remove_dir_all(&gone))
        .map(|()| true)
        .map_err(|error| format!("`{}`: {error}", folder.display()))
}

impl Bodies for Cache {
    fn body(&self, source: &SitePath) -> Result<Fragment, String> {
        self.section(source, |pack| pack.read(Section::Body))
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed lies in the stage, which the next build clears, or where the
            // system clears up.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

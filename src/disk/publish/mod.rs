//! Publish: the files of a site → a folder, without ever leaving it half done.
//!
//! All is staged inside the folder, so that a mounted folder works and every file lands by a
//! rename on its own file system. Killed while staging, the old site is untouched; killed while
//! committing, the next run finishes by the journal. Only files that the manifest names are ever
//! removed.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

mod archive;
mod journal;
mod twins;

pub use archive::Archive;
pub use twins::Twin;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Stamp, place};
use crate::digest::Digest;
use crate::path::SitePath;
use journal::{Journal, Manifest, finish, quoted, write_json};

/// The folder of our own in the output folder.
const OWN: &str = ".bindery";
/// The list of the files that we wrote.
pub(in crate::disk) const MANIFEST: &str = ".bindery/manifest.json";

/// A site on its way to the disk. Files may be put from several threads.
#[derive(Debug)]
pub struct Publisher {
    out: PathBuf,
    old: BTreeSet<SitePath>,
    receipts: Receipts,
    /// The folder whose one inner folder has another name each time, the inner folder of the site
    /// before, and that of this one.
    renamed: Option<Renamed>,
    put: Mutex<BTreeMap<SitePath, Put>>,
    made: Mutex<HashSet<PathBuf>>,
    _lock: File,
}

#[derive(Debug)]
struct Renamed {
    around: SitePath,
    before: SitePath,
    /// `None` where something stands in its way.
    now: OnceLock<Option<SitePath>>,
}

impl Renamed {
    /// Where a file of the inner folder stands in the site before.
    fn before(&self, out: &Path, path: &SitePath) -> Option<SitePath> {
        let rest = path.below(&self.around)?;
        let (inner, rest) = rest.as_str().split_once('/')?;
        let inner = self.around.child(inner);
        let is_free = || inner == self.before || fs::symlink_metadata(place(out, &inner)).is_err();
        let now = self.now.get_or_init(|| is_free().then(|| inner.clone()));
        (now.as_ref() == Some(&inner)).then(|| self.before.join(rest))?
    }

    /// Where a file of the site before stands in the inner folder of this one.
    fn now(&self, old: &SitePath) -> Option<SitePath> {
        self.now.get()?.as_ref()?.join(old.below(&self.before)?.as_str())
    }
}

/// What was put under a path.
#[derive(Clone, Copy, Debug, Default)]
struct Put {
    /// Whether it was staged, since it was not there.
    is_staged: bool,
    mark: Option<Digest>,
    /// Its size in bytes.
    size: u64,
}

/// What stands in an output folder: the state in which each file was left there, and what it was
/// made of, where its maker told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipts(BTreeMap<SitePath, (Stamp, Option<Digest>)>);

/// What publishing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Files that were new or had changed.
    pub written: usize,
    /// Files that stood there with the same content.
    pub kept: usize,
    /// Files of the site before that are no more.
    pub removed: usize,
    /// What stands there now.
    pub footprint: Footprint,
}

/// How much room a site takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Files and the folders that hold them.
    pub entries: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

impl Footprint {
    fn of<'a>(files: impl Iterator<Item = (&'a SitePath, u64)>) -> Self {
        let (mut footprint, mut folders) = (Self::default(), HashSet::new());
        for (path, size) in files {
            footprint.entries += 1;
            footprint.bytes += size;
            let mut folder = path.parent();
            while !folder.is_root() && folders.insert(folder.clone()) {
                folder = folder.parent();
            }
        }
        footprint.entries += folders.len();
        footprint
    }
}

impl Receipts {
    /// How much room all of it takes.
    pub fn footprint(&self) -> Footprint {
        Footprint::of(self.0.iter().map(|(path, (stamp, _))| (path, stamp.length())))
    }
}

impl Publisher {
    /// Opens a folder for a new site; a commit that was cut off is finished first.
    ///
    /// # Errors
    /// What stands in the way, and the command that solves it.
    pub fn open(out: &Path) -> Result<Self, String> {
        let shown = out.display();
        match fs::metadata(out) {
            Ok(meta) if !meta.is_dir() => {
                return Err(format!(
                    "`{shown}` is a file, not a folder; build elsewhere: bindery build --out FOLDER"
                ));
            }
            Ok(_) => refuse_foreign(out)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("`{shown}` cannot be used: {error}")),
        }
        let own = out.join(OWN);
        let say = |place: &Path, error: io::Error| format!("`{}`: {error}", place.display());
        let is_link = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
        if is_link(&own) {
            return Err(format!("`{}` is a link; remove it: rm {}", own.display(), own.display()));
        }
        fs::create_dir_all(&own).map_err(|error| say(&own, error))?;
        let lock_path = own.join("lock");
        if is_link(&lock_path) {
            return Err(format!("`{}` is a link; remove it: rm {}", lock_path.display(), quoted(&lock_path)));
        }
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(|error| say(&lock_path, error))?;
        // Where a file system knows no locks, one build at a time is the user's care.
        if let Err(fs::TryLockError::WouldBlock) = lock.try_lock() {
            return Err(format!(
                "another bindery writes to `{shown}` now; wait for it, or build elsewhere with --out"
            ));
        }
        let journal = own.join("journal.json");
        if let Ok(bytes) = fs::read(&journal)
            && let Ok(journal) = serde_json::from_slice::<Journal>(&bytes)
        {
            finish(out, &journal)
                .map_err(|error| format!("the last build into `{shown}` cannot be finished: {error}"))?;
        }
        let stage = own.join("stage");
        match fs::remove_dir_all(&stage) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(say(&stage, error)),
            _ => {}
        }
        fs::create_dir_all(&stage).map_err(|error| say(&stage, error))?;
        let manifest = out.join(MANIFEST);
        let old = match fs::read(&manifest) {
            Ok(bytes) => {
                serde_json::from_slice::<Manifest>(&bytes).map(|manifest| manifest.files).unwrap_or_default()
            }
            Err(_) => BTreeSet::new(),
        };
        let publisher = Self {
            out: out.to_path_buf(),
            old,
            receipts: Receipts::default(),
            renamed: None,
            put: Mutex::default(),
            made: Mutex::default(),
            _lock: lock,
        };
        // From the first moment on the folder is known as ours, so that a killed build can be repeated.
        if !manifest.exists() {
            write_json(&manifest, &Manifest { version: 1, files: BTreeSet::new() })
                .map_err(|error| say(&manifest, error))?;
        }
        Ok(publisher)
    }

    /// A folder for what the build needs on the way; it goes with the stage.
    pub fn scratch(&self) -> PathBuf {
        self.out.join(OWN).join("stage").join("packs")
    }

    /// Says that `around` holds one folder, whose name stands for its content: where most of that is
    /// as before, the folder of the site before gets the new name, and what is the same stays.
    pub fn renames_inside(&mut self, around: &SitePath) {
        let inner = |path: &SitePath| {
            let rest = path.below(around)?;
            rest.as_str().split_once('/').map(|(inner, _)| around.child(inner))
        };
        let mut found: BTreeSet<SitePath> = self.old.iter().filter_map(inner).collect();
        if found.len() == 1 {
            let before = found.pop_first().unwrap_or_default();
            self.renamed = Some(Renamed { around: around.clone(), before, now: OnceLock::new() });
        }
    }

    /// Takes the receipts of the last commit into this folder at their word.
    pub fn trust(&mut self, receipts: Receipts) {
        self.receipts = receipts;
    }

    /// Whether all files of the last commit stand there as it left them, and so does its list.
    pub fn is_as_left(&self) -> bool {
        let is_left = |(path, (stamp, _)): (&SitePath, &(Stamp, Option<Digest>))| {
            Stamp::of(&place(&self.out, path)) == Some(*stamp)
        };
        !self.receipts.0.is_empty()
            && self.old.len() == self.receipts.0.len()
            && self.old.iter().all(|path| self.receipts.0.contains_key(path))
            && self.receipts.0.par_iter().all(is_left)
    }

    /// Keeps the file of the last commit that was made of what `mark` stands for; `false` where it
    /// does not stand there as it was left.
    pub fn keep(&self, path: &SitePath, mark: Digest) -> bool {
        let Some((stamp, known)) = self.receipts.0.get(path) else { return false };
        if *known != Some(mark)
            || !self.old.contains(path)
            || Stamp::of(&place(&self.out, path)) != Some(*stamp)
        {
            return false;
        }
        let mut put = self.put.lock().unwrap_or_else(PoisonError::into_inner);
        put.entry(path.clone()).or_insert(Put { is_staged: false, mark: Some(mark), size: stamp.length() });
        true
    }

    /// As [`Publisher::put`], with what the file was made of: see [`Publisher::keep`].
    ///
    /// # Errors
    /// As [`Publisher::put`].
    pub fn put_marked(&self, path: &SitePath, mark: Digest, bytes: &[u8]) -> Result<(), String> {
        self.stage(path, Some(mark), bytes)
    }

    /// Stages a file, unless the very same stands there already. A path that was put before is
    /// left as it is.
    ///
    /// # Errors
    /// What the system says, with the file.
    pub fn put(&self, path: &SitePath, bytes: &[u8]) -> Result<(), String> {
        self.stage(path, None, bytes)
    }

    fn stage(&self, path: &SitePath, mark: Option<Digest>, bytes: &[u8]) -> Result<(), String> {
        let size = bytes.len() as u64;
        {
            let mut put = self.put.lock().unwrap_or_else(PoisonError::into_inner);
            if put.contains_key(path) {
                return Ok(());
            }
            put.insert(path.clone(), Put { is_staged: false, mark, size });
        }
        let before = self.before(path);
        if self.old.contains(&before) && same(&place(&self.out, &before), bytes) {
            return Ok(());
        }
        let target = place(&self.files(), path);
        self.folder(&target)
            .and_then(|()| fs::write(&target, bytes))
            .map_err(|error| unwritten(path, &error))?;
        self.put
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.clone(), Put { is_staged: true, mark, size });
        Ok(())
    }

    /// Where a file of this site may stand in the one before.
    fn before(&self, path: &SitePath) -> SitePath {
        let renamed = self.renamed.as_ref().and_then(|renamed| renamed.before(&self.out, path));
        renamed.unwrap_or_else(|| path.clone())
    }

    /// The files that were put so far.
    pub fn paths(&self) -> Vec<SitePath> {
        self.put.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// The bytes of a file that was put.
    ///
    /// # Errors
    /// What the system says, with the file.
    pub fn bytes(&self, path: &SitePath) -> Result<Vec<u8>, String> {
        let is_staged = self
            .put
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(path)
            .is_some_and(|put| put.is_staged);
        let file = if is_staged { place(&self.files(), path) } else { place(&self.out, &self.before(path)) };
        fs::read(file).map_err(|error| format!("`{path}` cannot be read again: {error}"))
    }

    fn files(&self) -> PathBuf {
        self.out.join(OWN).join("stage").join("files")
    }

    fn folder(&self, target: &Path) -> io::Result<()> {
        let Some(folder) = target.parent() else { return Ok(()) };
        if self.made.lock().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_path_buf());
        Ok(())
    }

    /// Leaves the folder as it is.
    pub fn abandon(self) {
        // What cannot be removed now, the next build clears away.
        let _ = fs::remove_dir_all(self.out.join(OWN).join("stage"));
    }

    /// Puts the staged files in place, first what pages need, then the pages; removes what the
    /// site before had and this one has not. Back comes what was done, and what stands there now.
    ///
    /// # Errors
    /// What the system says; the next build goes on where this one stopped.
    pub fn commit(self) -> Result<(Published, Receipts), String> {
        let put = self.put.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut moves: Vec<SitePath> =
            put.iter().filter(|(_, put)| put.is_staged).map(|(path, _)| path.clone()).collect();
        moves.sort_by_key(|path| path.extension() == "html");
        let files: BTreeSet<SitePath> = put.keys().cloned().collect();
        let renames: Vec<(SitePath, SitePath)> = (self.renamed.as_ref())
            .and_then(|renamed| Some((renamed.before.clone(), renamed.now.get()?.clone()?)))
            .into_iter()
            .filter(|(before, now)| before != now)
            .collect();
        let stands = |old: &SitePath| {
            let renamed = self.renamed.as_ref().filter(|_| !renames.is_empty());
            renamed.and_then(|renamed| renamed.now(old)).unwrap_or_else(|| old.clone())
        };
        let prune: Vec<SitePath> = self.old.iter().map(stands).filter(|path| !files.contains(path)).collect();
        let counts = Published {
            written: moves.len(),
            kept: files.len() - moves.len(),
            removed: prune.len(),
            footprint: Footprint::of(put.iter().map(|(path, put)| (path, put.size))),
        };
        let journal = Journal { version: 1, renames, moves, prune, files };
        let place = self.out.join(OWN).join("journal.json");
        write_json(&place, &journal).and_then(|()| finish(&self.out, &journal)).map_err(|error| {
            format!("`{}`: {error}; build again, and it goes on from here", self.out.display())
        })?;
        let receipt = |(path, put): (SitePath, Put)| {
            let stamp = Stamp::of(&super::place(&self.out, &path))?;
            Some((path, (stamp, put.mark)))
        };
        Ok((counts, Receipts(put.into_par_iter().filter_map(receipt).collect())))
    }
}

fn unwritten(path: &SitePath, error: &io::Error) -> String {
    let help = match error.kind() {
        io::ErrorKind::StorageFull => {
            "; the site that stood there is untouched: free some space and build again"
        }
        _ => "; the site that stood there is untouched",
    };
    format!("`{path}` cannot be written: {error}{help}")
}

/// Refuses a folder that holds somebody else's files.
fn refuse_foreign(out: &Path) -> Result<(), String> {
    if out.join(MANIFEST).exists() {
        return Ok(());
    }
    let shown = out.display();
    let entries = fs::read_dir(out).map_err(|error| format!("`{shown}` cannot be read: {error}"))?;
    for entry in entries.flatten() {
        if entry.file_name() != OWN {
            return Err(format!(
                "`{shown}` holds files that bindery did not write, such as `{}`; build elsewhere with --out FOLDER, or if nobody needs them: rm -r {}",
                entry.file_name().to_string_lossy(),
                quoted(out)
            ));
        }
    }
    Ok(())
}

/// Whether a regular file holds just these bytes.
fn same(path: &Path, bytes: &[u8]) -> bool {
    let Ok(meta) = fs::symlink_metadata(path) else { return false };
    if !meta.is_file() || meta.len() != bytes.len() as u64 {
        return false;
    }
    let Ok(mut file) = File::open(path) else { return false };
    let mut buffer = vec![0; 64 * 1024];
    let mut rest = bytes;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return rest.is_empty(),
            Ok(length) if rest.len() >= length && rest[..length] == buffer[..length] => {
                rest = &rest[length..]
            }
            _ => return false,
        }
    }
}

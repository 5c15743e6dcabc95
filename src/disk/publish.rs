//! Publish: the files of a site → a folder, without ever leaving it half done.
//!
//! All is staged inside the folder, so that a mounted folder works and every file lands by a
//! rename on its own file system. Killed while staging, the old site is untouched; killed while
//! committing, the next run finishes by the journal. Only files that the manifest names are ever
//! removed.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Stamp, place};
use crate::digest::Digest;
use crate::path::SitePath;

/// The folder of our own in the output folder.
const OWN: &str = ".bindery";
/// The list of the files that we wrote.
pub(super) const MANIFEST: &str = ".bindery/manifest.json";

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
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    version: u32,
    files: BTreeSet<SitePath>,
}

/// What is left to do when all is staged.
#[derive(Serialize, Deserialize)]
struct Journal {
    version: u32,
    /// Folders that get another name before all else.
    #[serde(default)]
    renames: Vec<(SitePath, SitePath)>,
    moves: Vec<SitePath>,
    prune: Vec<SitePath>,
    files: BTreeSet<SitePath>,
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
        put.entry(path.clone()).or_insert(Put { is_staged: false, mark: Some(mark) });
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
        {
            let mut put = self.put.lock().unwrap_or_else(PoisonError::into_inner);
            if put.contains_key(path) {
                return Ok(());
            }
            put.insert(path.clone(), Put { is_staged: false, mark });
        }
        let before = self.renamed.as_ref().and_then(|renamed| renamed.before(&self.out, path));
        let before = before.as_ref().unwrap_or(path);
        if self.old.contains(before) && same(&place(&self.out, before), bytes) {
            return Ok(());
        }
        let target = place(&self.files(), path);
        self.folder(&target).and_then(|()| fs::write(&target, bytes)).map_err(|error| {
            let help = match error.kind() {
                io::ErrorKind::StorageFull => {
                    "; the site that stood there is untouched: free some space and build again"
                }
                _ => "; the site that stood there is untouched",
            };
            format!("`{path}` cannot be written: {error}{help}")
        })?;
        self.put
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.clone(), Put { is_staged: true, mark });
        Ok(())
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
        let counts =
            Published { written: moves.len(), kept: files.len() - moves.len(), removed: prune.len() };
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

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Does what a journal says; what is done already is passed over.
fn finish(out: &Path, journal: &Journal) -> io::Result<()> {
    let stage = out.join(OWN).join("stage").join("files");
    for (before, now) in &journal.renames {
        let (from, to) = (place(out, before), place(out, now));
        let is_ours = [before, now].iter().all(|path| path.segments().next() != Some(OWN));
        // Done already, or somebody removed it: then what is missing comes with the next build.
        let is_folder = fs::symlink_metadata(&from).is_ok_and(|meta| meta.is_dir());
        if is_ours && is_folder && fs::symlink_metadata(&to).is_err() {
            fs::rename(&from, &to)?;
        }
    }
    let mut known: HashSet<PathBuf> = HashSet::new();
    for path in journal.moves.iter().filter(|path| path.segments().next() != Some(OWN)) {
        let from = place(&stage, path);
        let to = place(out, path);
        folder_inside(out, path, &mut known)?;
        match fs::rename(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && to.is_file() => {}
            // A folder of the site before may stand where a file is wanted now.
            Err(_) if to.is_dir() && !from.is_dir() => {
                let below: Vec<&SitePath> =
                    journal.prune.iter().filter(|old| old.below(path).is_some()).collect();
                prune(out, &below)?;
                if to.is_dir() {
                    fs::remove_dir(&to).map_err(|error| {
                        let shown = quoted(&to);
                        let why = format!("{path} is a folder that holds somebody's files; if nobody needs them: rm -r {shown}");
                        io::Error::new(error.kind(), why)
                    })?;
                }
                fs::rename(&from, &to)?;
            }
            Err(error) => return Err(io::Error::new(error.kind(), format!("{path}: {error}"))),
        }
    }
    prune(out, &journal.prune.iter().collect::<Vec<_>>())?;
    write_json(&out.join(MANIFEST), &Manifest { version: 1, files: journal.files.clone() })?;
    fs::remove_file(out.join(OWN).join("journal.json"))?;
    match fs::remove_dir_all(out.join(OWN).join("stage")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes files of the site before, and the folders that are empty then. What lies behind a link
/// is not ours and stays.
fn prune(out: &Path, paths: &[&SitePath]) -> io::Result<()> {
    for path in paths {
        let mut at = out.to_path_buf();
        let behind_a_link = path.parent().segments().any(|segment| {
            at.push(segment);
            fs::symlink_metadata(&at).is_ok_and(|meta| meta.is_symlink())
        });
        if behind_a_link || path.segments().next() == Some(OWN) {
            continue;
        }
        let file = place(out, path);
        // A file that is gone, or that became a folder of the new site, needs no removing.
        let is_file = fs::symlink_metadata(&file).is_ok_and(|meta| !meta.is_dir());
        if is_file {
            fs::remove_file(&file)?;
        }
        let mut folder = file.parent();
        // A folder that still holds something refuses to go.
        while let Some(empty) = folder.filter(|folder| *folder != out) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
    }
    Ok(())
}

/// Makes the folder of a file of the site. A link on the way is refused: it might lead out.
fn folder_inside(out: &Path, path: &SitePath, known: &mut HashSet<PathBuf>) -> io::Result<()> {
    let parent = place(out, &path.parent());
    if known.contains(&parent) {
        return Ok(());
    }
    let mut at = out.to_path_buf();
    for segment in path.parent().segments() {
        at.push(segment);
        match fs::symlink_metadata(&at) {
            Ok(meta) if meta.is_dir() => {}
            Ok(meta) if meta.is_file() => {
                fs::remove_file(&at)?;
                fs::create_dir(&at)?;
            }
            Ok(_) => return Err(io::Error::other(format!("`{}` is a link; remove it", at.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&at)?,
            Err(error) => return Err(error),
        }
    }
    known.insert(parent);
    Ok(())
}

fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let new = path.with_extension("new");
    // Whatever stands there, a link above all, is not written through.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::options().write(true).create_new(true).open(&new)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    file.sync_all()?;
    fs::rename(&new, path)
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

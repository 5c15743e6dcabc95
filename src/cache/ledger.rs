//! What every file of the repo that a run read holds, by its digest; a file whose stamp is known
//! need not be read again.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::disk::{self, Stamp};
use crate::path::SitePath;

/// The digests of files below a root.
#[derive(Debug)]
pub struct Ledger {
    root: PathBuf,
    /// What an earlier run knew.
    before: BTreeMap<SitePath, Entry>,
    /// What this run asked for; `None` where there was nothing to be read.
    asked: Mutex<BTreeMap<SitePath, Option<Entry>>>,
    /// How often each file was forgotten: what was read before that is not known to be so still.
    forgotten: Mutex<BTreeMap<SitePath, u64>>,
}

/// What is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Where the system tells, and the file was left alone long enough.
    stamp: Option<Stamp>,
    digest: Digest,
}

/// What a file holds.
#[derive(Debug)]
pub struct Content {
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its bytes, where they had to be read for it.
    pub bytes: Option<Vec<u8>>,
}

impl Ledger {
    /// A ledger that begins with what an earlier run knew.
    pub(super) fn new(root: &Path, before: Vec<(SitePath, Entry)>) -> Self {
        Self {
            root: root.to_path_buf(),
            before: before.into_iter().collect(),
            asked: Mutex::default(),
            forgotten: Mutex::default(),
        }
    }

    fn asked(&self) -> MutexGuard<'_, BTreeMap<SitePath, Option<Entry>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forgotten(&self) -> MutexGuard<'_, BTreeMap<SitePath, u64>> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often a file was forgotten so far.
    fn age(&self, path: &SitePath) -> u64 {
        self.forgotten().get(path).copied().unwrap_or_default()
    }

    /// Takes in what was found, unless it was forgotten since that began.
    fn learn(&self, path: &SitePath, entry: Option<Entry>, age: u64) {
        let mut asked = self.asked();
        if self.age(path) == age {
            asked.insert(path.clone(), entry);
        }
    }

    /// What a file holds. All who ask in one run are told the same, so that a page is of one piece.
    ///
    /// # Errors
    /// What the system says, or that the file lies outside of the root.
    pub fn content(&self, path: &SitePath) -> io::Result<Content> {
        if let Some(Some(entry)) = self.asked().get(path) {
            return Ok(Content { digest: entry.digest, bytes: None });
        }
        let age = self.age(path);
        // Before reading: what is written meanwhile gives another stamp.
        let stamp = Stamp::of(&disk::place(&self.root, path));
        if let (Some(stamp), Some(known)) = (stamp, self.before.get(path))
            && known.stamp == Some(stamp)
        {
            self.learn(path, Some(*known), age);
            return Ok(Content { digest: known.digest, bytes: None });
        }
        let read = self.read_as(path, stamp, age).inspect_err(|_| self.learn(path, None, age));
        read.map(|(bytes, digest)| Content { digest, bytes: Some(bytes) })
    }

    /// Reads a file whose stamp was taken before.
    fn read_as(&self, path: &SitePath, stamp: Option<Stamp>, age: u64) -> io::Result<(Vec<u8>, Digest)> {
        let bytes = disk::read_inside(&self.root, path)?;
        let digest = Digest::of(&bytes);
        self.learn(path, Some(Entry { stamp: stamp.filter(Stamp::is_settled), digest }), age);
        Ok((bytes, digest))
    }

    /// What a file holds, where that is known without reading it.
    pub fn known(&self, path: &SitePath) -> Option<Digest> {
        if let Some(entry) = self.asked().get(path) {
            return entry.map(|entry| entry.digest);
        }
        let age = self.age(path);
        let stamp = Stamp::of(&disk::place(&self.root, path))?;
        let known = self.before.get(path).filter(|known| known.stamp == Some(stamp))?;
        self.learn(path, Some(*known), age);
        Some(known.digest)
    }

    /// Forgets what a file held: it has changed.
    pub fn forget(&self, path: &SitePath) {
        let mut asked = self.asked();
        *self.forgotten().entry(path.clone()).or_default() += 1;
        asked.remove(path);
    }

    /// The bytes of a file, with their digest.
    ///
    /// # Errors
    /// As [`Ledger::content`].
    pub fn read(&self, path: &SitePath) -> io::Result<(Vec<u8>, Digest)> {
        if let Content { bytes: Some(bytes), digest } = self.content(path)? {
            return Ok((bytes, digest));
        }
        let age = self.age(path);
        self.read_as(path, Stamp::of(&disk::place(&self.root, path)), age)
    }

    /// All that this run asked for, with its digests.
    pub(super) fn reads(&self) -> Vec<(SitePath, Option<Digest>)> {
        let digest = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.digest);
        self.asked().iter().map(|(path, entry)| (path.clone(), digest(entry))).collect()
    }

    /// All that this run asked for and found.
    pub(super) fn entries(&self) -> Vec<(SitePath, Entry)> {
        self.asked().iter().filter_map(|(path, entry)| Some((path.clone(), (*entry)?))).collect()
    }
}

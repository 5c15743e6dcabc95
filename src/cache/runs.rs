//! The runs of the search index from one build to the next.
//!
//! A run holds what some pages gave to the index, under numbers; a page that has changed gives
//! anew, under a new number, and what it gave before means nothing from then on. When much means
//! nothing, or the runs are many, one build writes all that is alive into new runs.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Cache, Key, seal};
use crate::digest::Digest;
use crate::search::Runs;

/// The runs at hand and what they hold.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// The key of the page that each number stands for; `None` where it stands for none.
    keys: Vec<Option<Key>>,
    numbers: HashMap<Key, u32>,
    runs: Vec<Run>,
    /// How many runs there were when all were written anew.
    at_first: usize,
}

#[derive(Clone, Debug)]
struct Run {
    name: Digest,
    length: u64,
    /// Open from the first moment on: another program may clear the folder.
    file: Arc<File>,
}

/// What stands of a shelf on the disk.
#[derive(Serialize, Deserialize)]
struct Kept {
    keys: Vec<Option<Key>>,
    runs: Vec<Digest>,
    at_first: usize,
}

/// Where the list of runs stands in the cache.
const LIST: &str = "runs/list";
/// How many runs may be added before all are written anew.
const MAX_ADDED: usize = 12;

fn place(folder: &Path, name: Digest) -> PathBuf {
    folder.join("runs").join(name.to_string())
}

impl Shelf {
    /// The shelf of a cache; an empty one where any part of it is missing or torn.
    pub(super) fn read(folder: &Path) -> Self {
        let Some(Kept { keys, runs, at_first }) = seal::read(&folder.join(LIST)) else {
            return Self::default();
        };
        let open = |name: Digest| -> Option<Run> {
            let mut file = File::open(place(folder, name)).ok()?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).ok()?;
            let run = Run { name, length: bytes.len() as u64, file: Arc::new(file) };
            (Digest::of(&bytes) == name).then_some(run)
        };
        let Some(runs) = runs.into_iter().map(open).collect() else { return Self::default() };
        Self { numbers: numbers(&keys), keys, runs, at_first }
    }
}

/// The number that each key has.
fn numbers(keys: &[Option<Key>]) -> HashMap<Key, u32> {
    keys.iter().zip(0..).filter_map(|(key, number)| Some(((*key)?, number))).collect()
}

impl Cache {
    /// The number under which the runs hold what the page of a key gave.
    pub fn number(&self, key: Key) -> Option<u32> {
        self.shelf().numbers.get(&key).copied()
    }

    /// A number for a page that will give anew.
    pub fn new_number(&self, key: Key) -> u32 {
        let mut shelf = self.shelf();
        let number = u32::try_from(shelf.keys.len()).unwrap_or(u32::MAX);
        shelf.keys.push(Some(key));
        shelf.numbers.insert(key, number);
        number
    }

    /// How many numbers were given so far.
    pub fn numbers(&self) -> usize {
        self.shelf().keys.len()
    }

    /// How many runs lie on the shelf.
    pub fn run_count(&self) -> usize {
        self.shelf().runs.len()
    }

    /// Whether the runs want to be written anew, where so many of their numbers stand for no page of
    /// the site.
    pub fn wants_new_runs(&self, dead: usize) -> bool {
        let shelf = self.shelf();
        self.is_kept && (dead * 3 > shelf.keys.len() || shelf.runs.len() > shelf.at_first.max(1) + MAX_ADDED)
    }

    /// Takes new runs in place of all others: their pages have the numbers from 0 in the order of
    /// `keys`.
    pub fn replace_runs(&self, keys: Vec<Option<Key>>, first: usize) {
        let mut shelf = self.shelf();
        shelf.runs.drain(..first);
        shelf.at_first = shelf.runs.len();
        shelf.numbers = numbers(&keys);
        shelf.keys = keys;
    }

    /// Keeps the runs for the next time; clears away those that are of no use any more. What pages
    /// gave that are others now stays: somebody may go back to them.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep_runs(&self) -> Result<(), String> {
        let mut shelf = self.shelf();
        if shelf.at_first == 0 {
            shelf.at_first = shelf.runs.len();
        }
        let runs: Vec<Digest> = shelf.runs.iter().map(|run| run.name).collect();
        let kept = Kept { keys: shelf.keys.clone(), runs, at_first: shelf.at_first };
        self.keep(LIST, &kept)?;
        let known: Vec<String> = kept.runs.iter().map(ToString::to_string).collect();
        for entry in fs::read_dir(self.folder.join("runs")).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if !known.iter().any(|known| **known == *name) && entry.path() != self.folder.join(LIST) {
                // What cannot be removed only takes room.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

impl Runs for Cache {
    fn put(&self, run: &[u8]) -> Result<usize, String> {
        let name = Digest::of(run);
        let path = place(&self.folder, name);
        self.write(&path, run)?;
        let file = File::open(&path).or_else(|error| File::open(self.spare_place(&path).ok_or(error)?));
        let file = Arc::new(file.map_err(|error| self.broken(&path, &error))?);
        let mut shelf = self.shelf();
        shelf.runs.push(Run { name, length: run.len() as u64, file });
        Ok(shelf.runs.len() - 1)
    }

    fn open(&self, run: usize) -> Result<Box<dyn Read + '_>, String> {
        let run = self.shelf().runs.get(run).cloned().ok_or("a run of the index was never kept")?;
        Ok(Box::new(Reading { file: run.file, at: 0, left: run.length }))
    }
}

/// A run being read: several may read one file.
struct Reading {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        #[cfg(unix)]
        let length = std::os::unix::fs::FileExt::read_at(&*self.file, &mut buffer[..most], self.at)?;
        #[cfg(windows)]
        let length = std::os::windows::fs::FileExt::seek_read(&*self.file, &mut buffer[..most], self.at)?;
        self.at += length as u64;
        self.left -= length as u64;
        Ok(length)
    }
}

//! The search of a preview: its index is written when somebody searches, and again when what it
//! holds has changed since.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::preview::Preview;
use crate::build::{Gathering, Quoted, Rewrite};
use crate::disk;
use crate::path::SitePath;
use crate::site::Site;

/// The index as it was written last, and a few times before: pages that are open hold on to theirs.
pub(super) struct Index {
    /// The folder for its files, which goes when the program does.
    folder: PathBuf,
    written: Mutex<Vec<Written>>,
    /// How often the site has changed.
    changes: AtomicU64,
}

/// One state of the index.
struct Written {
    /// How often the site had changed then.
    at: u64,
    /// The site that it is of.
    site: Arc<Site>,
    quoted: Quoted,
    root: Vec<u8>,
}

/// How many states of the index are kept.
const KEPT: usize = 4;

/// How many runs may lie in the cache before they are written anew; each is an open file.
const MAX_RUNS: usize = 64;

/// The file of the index that says where all others are.
const ROOT: &str = "index.js";

impl Index {
    /// An index in a folder of its own.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, written: Mutex::default(), changes: AtomicU64::new(0) }
    }

    /// The site has changed.
    pub(super) fn outdate(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// A file of a state that is kept.
    fn file(&self, written: &[Written], path: &SitePath) -> Option<Vec<u8>> {
        if path.as_str() == ROOT {
            return written.last().map(|last| last.root.clone());
        }
        disk::read_inside(&self.folder, path).ok().or_else(|| {
            let text = |one: &Written| one.quoted.file(&one.site, path.as_str()).ok();
            let of = written.iter().find(|one| path.segments().next() == Some(one.quoted.folder()))?;
            text(of).map(String::into_bytes)
        })
    }
}

impl Preview {
    /// A file of the index by its path below the folder of search; `None` where it has none.
    pub(super) fn search_file(&self, path: &SitePath) -> Option<Vec<u8>> {
        let mut written = self.index.written.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.index.changes.load(Ordering::Relaxed);
        let is_new = written.last().is_some_and(|last| last.at == now);
        if is_new || path.as_str() != ROOT {
            let found = self.index.file(&written, path);
            if found.is_some() || is_new {
                return found;
            }
        }
        let new = match self.write_index(now) {
            Ok(new) => new,
            // Somebody has deleted the cache, which is always safe.
            Err(_) if self.cache.is_torn() => {
                self.renew_all();
                self.write_index(now).ok()?
            }
            Err(why) => {
                eprintln!("error: the index of search cannot be written: {why}");
                return None;
            }
        };
        written.retain(|one| one.quoted.folder() != new.quoted.folder());
        written.push(new);
        if written.len() > KEPT {
            let old = written.remove(0);
            if let Some(folder) = SitePath::new(old.quoted.folder()) {
                disk::remove_inside(&self.index.folder, &folder);
            }
        }
        self.index.file(&written, path)
    }

    fn write_index(&self, at: u64) -> Result<Written, String> {
        let (pages, state) = self.findable()?;
        // Many runs are written anew while nobody adds to them, and nothing is missing.
        let is_due = self.cache.run_count() > MAX_RUNS && self.shown().unread.is_empty();
        let state = Some(state).filter(|_| is_due);
        let rewrite = if state.is_some() { Rewrite::WhenDue } else { Rewrite::Never };
        let gathering = Gathering::new(&self.cache);
        for (record, found) in &pages {
            let local = record.source.below(&self.subject.src).unwrap_or_else(|| record.source.clone());
            gathering.keep(*found, record, &local);
        }
        let site = self.shown().site.clone();
        let root = Mutex::default();
        let put = |path: &str, text: String| match SitePath::new(path) {
            Some(path) if path.as_str() == ROOT => {
                *root.lock().unwrap_or_else(PoisonError::into_inner) = text.into_bytes();
                Ok(())
            }
            Some(path) => disk::write_inside(&self.index.folder, &path, text.as_bytes()),
            None => Err(format!("`{path}` is no file of an index")),
        };
        let quoted = gathering.finish(&site, &put, rewrite)?;
        let root = root.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Written { at, site, quoted, root })
    }
}

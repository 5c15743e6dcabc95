//! The search of a preview: its index is written when somebody searches, and again when what it
//! holds has changed since.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::preview::Preview;
use crate::build::{Gathering, Quoted, Rewrite};
use crate::disk;
use crate::path::SitePath;

/// The index as it was last written.
pub(super) struct Index {
    /// The folder for its files, which goes when the program does.
    folder: PathBuf,
    written: Mutex<Option<Arc<Written>>>,
    /// How often the site has changed.
    changes: AtomicU64,
}

struct Written {
    /// How often the site had changed then.
    at: u64,
    quoted: Quoted,
}

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
}

impl Preview {
    /// A file of the index by its path below the folder of search; `None` where it has none.
    pub(super) fn search_file(&self, path: &SitePath) -> Option<Vec<u8>> {
        let mut written = self.index.written.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.index.changes.load(Ordering::Relaxed);
        let is_new = written.as_ref().is_some_and(|written| written.at == now);
        // Whoever holds an older root is served what belongs to it, as long as it is there.
        if (is_new || path.as_str() != ROOT)
            && let Some(bytes) = written.as_ref().and_then(|written| self.written_file(written, path))
        {
            return Some(bytes);
        }
        if is_new {
            return None;
        }
        let new = Arc::new(Written { at: now, quoted: self.write_index().ok()? });
        *written = Some(new.clone());
        self.written_file(&new, path)
    }

    fn written_file(&self, written: &Written, path: &SitePath) -> Option<Vec<u8>> {
        disk::read_inside(&self.index.folder, path).ok().or_else(|| {
            let shown = self.shown();
            written.quoted.file(&shown.site, path.as_str()).ok().map(String::into_bytes)
        })
    }

    fn write_index(&self) -> Result<Quoted, String> {
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
        disk::clear(&self.index.folder)?;
        let put = |path: &str, text: String| match SitePath::new(path) {
            Some(path) => disk::write_inside(&self.index.folder, &path, text.as_bytes()),
            None => Err(format!("`{path}` is no file of an index")),
        };
        gathering.finish(&self.shown().site, &put, rewrite)
    }
}

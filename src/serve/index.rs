//! The search of a preview: its index is written when somebody searches, and again when what it
//! holds has changed since.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::preview::Preview;
use crate::build::{Gathering, Quoted};
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
        if !is_new && (written.is_none() || path.as_str() == ROOT) {
            *written = Some(Arc::new(Written { at: now, quoted: self.write_index().ok()? }));
        }
        let written = written.clone()?;
        disk::read_inside(&self.index.folder, path).ok().or_else(|| {
            let shown = self.shown();
            written.quoted.file(&shown.site, path.as_str()).ok().map(String::into_bytes)
        })
    }

    fn write_index(&self) -> Result<Quoted, String> {
        let pages = self.findable()?;
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
        gathering.finish(&self.shown().site, &put)
    }
}

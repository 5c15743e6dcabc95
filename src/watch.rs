//! Changes of files → one batch for what people feel as one change.
//!
//! The system's events are hints: they tell when to look, and mostly where. Where they do not come
//! (network drives, some containers), whoever asks has to look by himself.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// A saved file is whole when nothing more has come for this long.
const QUIET: Duration = Duration::from_millis(20);
/// The same where many files change, as with `git checkout`.
const QUIET_OF_MANY: Duration = Duration::from_millis(120);
/// How many paths are many.
const MANY: usize = 4;
/// A batch that never ends is taken after this long all the same.
const LONGEST: Duration = Duration::from_secs(2);

/// What stirs a watch.
enum Stir {
    Paths(Vec<PathBuf>),
    /// Events were lost, so anything may have changed.
    Lost,
    Stop,
}

/// What a watch tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// These paths were touched.
    Paths(BTreeSet<PathBuf>),
    /// Something was touched, and nobody knows what.
    Something,
    /// Nothing was touched for as long as was asked.
    Nothing,
    /// It is over.
    Stop,
}

/// A watch over some folders.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    /// Why no events come.
    deaf: Option<String>,
    folders: BTreeSet<PathBuf>,
    stirs: Receiver<Stir>,
}

/// Ends a watch.
#[derive(Clone)]
pub struct Stopper(Sender<Stir>);

impl Stopper {
    /// The watch tells [`Told::Stop`] from now on.
    pub fn stop(&self) {
        // Where nobody watches any more, there is nothing to stop.
        let _ = self.0.send(Stir::Stop);
    }
}

impl Watch {
    /// A watch over nothing so far.
    pub fn new() -> (Self, Stopper) {
        let (sender, stirs) = channel();
        let stopper = Stopper(sender.clone());
        let hear = move |event: notify::Result<Event>| {
            let stir = match event {
                Ok(event) if !is_change(event.kind) => return,
                Ok(event) if event.need_rescan() => Stir::Lost,
                Ok(event) => Stir::Paths(event.paths),
                Err(_) => Stir::Lost,
            };
            // At the end of the program nobody listens.
            let _ = sender.send(stir);
        };
        let (watcher, deaf) = match notify::recommended_watcher(hear) {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(error.to_string())),
        };
        (Self { watcher, deaf, folders: BTreeSet::new(), stirs }, stopper)
    }

    /// Watches these folders, and no others; each for itself, since what lies in between may be
    /// large and of no interest.
    pub fn follow(&mut self, folders: BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else { return };
        for gone in self.folders.difference(&folders) {
            // A folder that was deleted is not watched any more.
            let _ = watcher.unwatch(gone);
        }
        for new in folders.difference(&self.folders) {
            if let Err(error) = watcher.watch(new, RecursiveMode::NonRecursive)
                && new.is_dir()
            {
                self.deaf.get_or_insert(error.to_string());
            }
        }
        self.folders = folders;
    }

    /// Why events may not come, where that is known.
    pub fn deaf(&self) -> Option<&str> {
        self.deaf.as_deref()
    }

    /// What is touched next, waiting for it so long at most.
    pub fn next(&self, patience: Duration) -> Told {
        let mut paths = match self.stirs.recv_timeout(patience) {
            Ok(Stir::Paths(paths)) => paths.into_iter().collect::<BTreeSet<_>>(),
            Ok(Stir::Lost) => return Told::Something,
            Ok(Stir::Stop) | Err(RecvTimeoutError::Disconnected) => return Told::Stop,
            Err(RecvTimeoutError::Timeout) => return Told::Nothing,
        };
        let end = Instant::now() + LONGEST;
        while Instant::now() < end {
            let quiet = if paths.len() < MANY { QUIET } else { QUIET_OF_MANY };
            match self.stirs.recv_timeout(quiet) {
                Ok(Stir::Paths(more)) => paths.extend(more),
                Ok(Stir::Lost) => return Told::Something,
                Ok(Stir::Stop) | Err(RecvTimeoutError::Disconnected) => return Told::Stop,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        Told::Paths(paths)
    }
}

/// Whether an event tells of a change: opening and reading are none.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

/// Whether a file has a name that editors and file managers give to what they are about to move.
pub fn is_passing(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.ends_with('~')
        || name.ends_with("___jb_tmp___")
        || name.ends_with("___jb_old___")
        || [".swp", ".swx", ".tmp", ".part", ".crdownload"].iter().any(|end| name.ends_with(end))
        || name == "4913"
}

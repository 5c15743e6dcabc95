//! Changes of files → one batch for what people feel as one change.
//!
//! The system's events are hints: they tell when to look, and mostly where. Where they do not come
//! (network drives, some containers), whoever asks has to look by himself.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::collections::{BTreeMap, BTreeSet};
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
/// What is never quiet is told after this long all the same, and many after this long as far as
/// they are quiet.
const LONGEST: Duration = Duration::from_secs(2);
const LONGEST_OF_MANY: Duration = Duration::from_millis(600);

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
    /// What was touched and is not quiet so far: since when, and when last.
    pending: BTreeMap<PathBuf, (Instant, Instant)>,
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
        let (folders, pending) = (BTreeSet::new(), BTreeMap::new());
        (Self { watcher, deaf, folders, stirs, pending }, stopper)
    }

    /// Watches these folders, and no others; each for itself, since what lies in between may be
    /// large and of no interest. A folder that went and came back under its name is another one, so
    /// all are watched anew.
    pub fn follow(&mut self, folders: BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else { return };
        for gone in self.folders.difference(&folders) {
            // A folder that was deleted is not watched any more.
            let _ = watcher.unwatch(gone);
        }
        for folder in &folders {
            if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive)
                && folder.is_dir()
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

    /// What is touched next of what is `wanted`, waiting for it so long at most. A path is told when
    /// it is quiet; of many, all together.
    pub fn next(&mut self, patience: Duration, wanted: impl Fn(&Path) -> bool) -> Told {
        let end = Instant::now() + patience;
        loop {
            let now = Instant::now();
            if let Some(paths) = self.due(now) {
                return Told::Paths(paths);
            }
            if self.pending.is_empty() && now >= end {
                return Told::Nothing;
            }
            let wait = if self.pending.is_empty() { end - now } else { QUIET / 2 };
            match self.stirs.recv_timeout(wait) {
                Ok(Stir::Paths(paths)) => {
                    let now = Instant::now();
                    for path in paths.into_iter().filter(|path| !is_passing(path) && wanted(path)) {
                        self.pending.entry(path).or_insert((now, now)).1 = now;
                    }
                }
                Ok(Stir::Lost) => return Told::Something,
                Ok(Stir::Stop) | Err(RecvTimeoutError::Disconnected) => return Told::Stop,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// The pending paths that may be told now.
    fn due(&mut self, now: Instant) -> Option<BTreeSet<PathBuf>> {
        let is_many = self.pending.len() >= MANY;
        let quiet = if is_many { QUIET_OF_MANY } else { QUIET };
        let is_due = |(first, last): &(Instant, Instant)| now - *last >= quiet || now - *first >= LONGEST;
        let oldest = self.pending.values().map(|(first, _)| now - *first).max()?;
        let all = self.pending.values().all(is_due);
        // One file that is always busy keeps nobody waiting.
        if !all && is_many && oldest < LONGEST_OF_MANY {
            return None;
        }
        let due: BTreeSet<PathBuf> =
            self.pending.iter().filter(|(_, times)| is_due(times)).map(|(path, _)| path.clone()).collect();
        self.pending.retain(|path, _| !due.contains(path));
        (!due.is_empty()).then_some(due)
    }
}

/// Whether an event tells of a change: opening and reading are none.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

/// Whether a file has a name that editors and file managers give to what they are about to move.
fn is_passing(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.ends_with('~')
        || name.ends_with("___jb_tmp___")
        || name.ends_with("___jb_old___")
        || [".swp", ".swx", ".tmp", ".part", ".crdownload"].iter().any(|end| name.ends_with(end))
        || name == "4913"
}

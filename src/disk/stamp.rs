//! What the system says of a file without its being read: enough to know that it is the same.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// The state of a regular file: any writing to it, and any other file in its place, gives another
/// one. git trusts the same (`core.checkStat`), with the same care for files that were written just
/// now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    length: u64,
    /// Seconds and nanoseconds since 1970 of the last writing, and of the last change of anything,
    /// which no program can set.
    written: (i64, i64),
    changed: (i64, i64),
    /// The device and the number of the file on it.
    file: (u64, u64),
}

/// File systems count time in steps: of a file that was written less long ago, another writing may
/// go unseen.
const SETTLED: Duration = Duration::from_secs(2);

impl Stamp {
    /// The stamp of the file that a path leads to; `None` where it is no regular file, or where the
    /// system does not tell enough.
    pub fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().filter(Metadata::is_file).as_ref().and_then(Self::new)
    }

    #[cfg(unix)]
    fn new(meta: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            length: meta.len(),
            written: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
            file: (meta.dev(), meta.ino()),
        })
    }

    /// Without what no program can set, a stamp tells changes, and is not relied on for longer.
    #[cfg(not(unix))]
    fn new(meta: &Metadata) -> Option<Self> {
        let written = meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let written =
            (i64::try_from(written.as_secs()).unwrap_or(i64::MAX), i64::from(written.subsec_nanos()));
        Some(Self { length: meta.len(), written, changed: (i64::MAX, 0), file: (0, 0) })
    }

    /// The size of the file in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether the file was left alone long enough for the stamp to be relied on from now on.
    pub fn is_settled(&self) -> bool {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let edge = now.saturating_sub(SETTLED);
        let edge = (i64::try_from(edge.as_secs()).unwrap_or(i64::MAX), i64::from(edge.subsec_nanos()));
        self.written < edge && self.changed < edge
    }
}

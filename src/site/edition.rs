//! Which edition of a site is made: of which commit, and for whom.

use std::sync::Arc;

use serde::Serialize;

use crate::diagnostic::Note;
use crate::path::SitePath;

/// What is true of all files of an edition, and of no page in particular.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Edition {
    /// When the commit was made that the site is built from, RFC 3339.
    pub built: Option<String>,
    /// That commit, as git shortens it.
    pub commit: Option<String>,
    /// Where a copy of the whole site stands in it.
    pub archive: Option<SitePath>,
    /// Whether it is that copy, which is opened where the site itself cannot be reached.
    pub is_copy: bool,
    /// What a branch changes, where the site is made for those who review it.
    pub review: Option<Arc<Review>>,
}

impl Edition {
    /// The same as a copy: what it says of itself differs, and it offers no copy of its own.
    pub(super) fn copy(&self) -> Self {
        Self { archive: None, is_copy: true, ..self.clone() }
    }
}

/// What a branch changes against the revision it is to be merged into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Review {
    /// The revision, as git shortens it; `None` where it could not be compared with.
    pub base: Option<String>,
    /// What could not be told, and why.
    pub remarks: Vec<String>,
    /// The pages that are not as they were, by their sources.
    pub pages: Vec<ChangedPage>,
    /// What was found in files that are no pages, or in pages that did not change.
    pub elsewhere: Vec<(SitePath, Vec<Note>)>,
    /// The merge request in its forge.
    pub merge_request: Option<MergeRequest>,
}

/// A page that a branch changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedPage {
    /// What happened to it.
    pub fate: Fate,
    /// Its source; of a page that is no more, the one it had.
    pub source: SitePath,
    /// Its title.
    pub title: String,
    /// Where it stood at the base.
    pub was: Option<SitePath>,
    /// Whether its own file is another one, and not only one that it takes in.
    pub is_touched: bool,
    /// What the check finds in it that the base did not have.
    pub findings: Vec<Note>,
}

/// What happens to a page when a branch is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It is new.
    Added,
    /// It says something else, or something that it takes in does.
    Changed,
    /// It has another URL.
    Moved,
    /// It is no more.
    Dropped,
}

/// A merge request of GitLab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergeRequest {
    /// Its URL.
    pub url: String,
    /// Where the root of the site lies in the repo.
    pub prefix: SitePath,
}

impl MergeRequest {
    /// Where a file stands among its changes: GitLab names the place by the SHA-1 of the path
    /// (`Gitlab::Diff::File#file_hash`).
    pub fn place(&self, source: &SitePath) -> String {
        use sha1::Digest;
        let path = self.prefix.join(source.as_str()).unwrap_or_default();
        let digest = sha1::Sha1::digest(path.as_str().as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}/diffs#{hex}", self.url)
    }
}

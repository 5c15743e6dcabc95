//! What is about to be committed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{blobs, paths};
use crate::path::SitePath;

/// The index of git: what the next commit holds.
#[derive(Debug)]
pub struct Index {
    /// All files in it.
    pub files: BTreeSet<SitePath>,
    /// The files that are other than in the last commit.
    pub changed: BTreeSet<SitePath>,
    /// Of those that lie in the folder in another state, or not at all, what the index has.
    pub contents: BTreeMap<SitePath, Vec<u8>>,
}

impl Index {
    /// Reads it.
    ///
    /// # Errors
    /// That there is no git, or that it does not tell.
    pub fn read(root: &Path) -> Result<Self, String> {
        let listed = |arguments: &[&str]| {
            paths(root, arguments).ok_or_else(|| "git cannot tell what is staged here".to_owned())
        };
        let files = listed(&["ls-files", "-z"])?;
        let changed = listed(&[
            "diff",
            "--cached",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--relative",
        ])?;
        let unlike = listed(&["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative"])?;
        let wanted: Vec<SitePath> =
            changed.union(&unlike).filter(|path| files.contains(*path)).cloned().collect();
        let read = blobs::read(root, "", &wanted);
        let contents =
            wanted.into_iter().zip(read).filter_map(|(path, bytes)| Some((path, bytes?))).collect();
        Ok(Self { files, changed, contents })
    }
}

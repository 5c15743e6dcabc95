//! A revision to compare with: what it held, what has changed since, and its files, read through
//! git without checking anything out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{ask, blobs, git, paths};
use crate::path::SitePath;

/// A revision that the files of the repo are compared with.
#[derive(Debug)]
pub struct Base {
    root: PathBuf,
    /// The commit where HEAD left it.
    commit: String,
    /// That commit, as git shortens it.
    pub short: String,
    /// All files that it held below the root.
    pub files: BTreeSet<SitePath>,
    /// The files that are not as they were: changed, added or removed, also by what is not
    /// committed so far.
    pub changed: BTreeSet<SitePath>,
    /// Files that have another name now, by the old one.
    pub renamed: BTreeMap<SitePath, SitePath>,
}

impl Base {
    /// The point where HEAD left `revision`.
    ///
    /// # Errors
    /// Why there is none, and whether that is a slip of whoever named it: no git and a clone that is
    /// too shallow are not.
    pub fn read(root: &Path, revision: &str) -> Result<Self, (String, bool)> {
        Self::at(root, revision).map_err(|why| {
            let is_shallow =
                ask(root, &["rev-parse", "--is-shallow-repository"]).is_none_or(|is| is == "true");
            (why, !is_shallow)
        })
    }

    fn at(root: &Path, revision: &str) -> Result<Self, String> {
        let shallow = ask(root, &["rev-parse", "--is-shallow-repository"])
            .ok_or_else(|| format!("`{revision}` cannot be compared with: git knows no repo here"))?;
        let is_shallow = shallow == "true";
        let help = "the clone is shallow: in GitLab CI set the variable `GIT_DEPTH: 0`, elsewhere run `git fetch --unshallow`";
        let commit = ask(
            root,
            &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")],
        )
        .ok_or_else(|| match is_shallow {
            true => format!("`{revision}` is not in this clone, so nothing is compared with it; {help}"),
            false => {
                format!("`{revision}` is no revision that git knows here, so nothing is compared with it")
            }
        })?;
        let commit = match ask(root, &["merge-base", &commit, "HEAD"]) {
            Some(common) => common,
            None if is_shallow => {
                return Err(format!(
                    "where HEAD left `{revision}` is not in this clone, so nothing is compared with it; {help}"
                ));
            }
            None => commit,
        };
        let listed = |arguments: &[&str]| -> Result<BTreeSet<SitePath>, String> {
            paths(root, arguments).ok_or_else(|| format!("git cannot tell what changed since `{revision}`"))
        };
        let mut changed = listed(&[
            "diff",
            "--name-only",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--relative",
            &commit,
            "--",
        ])?;
        changed.extend(listed(&["ls-files", "-z", "--others", "--exclude-standard"])?);
        let files = listed(&["ls-tree", "-r", "-z", "--name-only", &commit])?;
        let renamed = renamed(root, &commit);
        let short = ask(root, &["rev-parse", "--short", &commit]).unwrap_or_else(|| commit.clone());
        Ok(Self { root: root.to_path_buf(), commit, short, files, changed, renamed })
    }

    /// Reads files as they were, in the order asked for; `None` for what cannot be had.
    pub fn read_all(&self, wanted: &[SitePath]) -> Vec<Option<Vec<u8>>> {
        blobs::read(&self.root, &self.commit, wanted)
    }
}

/// The files that have another name than in a commit, as far as git can tell: `R<likeness>`, the old
/// name and the new one, parted by NUL.
fn renamed(root: &Path, commit: &str) -> BTreeMap<SitePath, SitePath> {
    let arguments =
        ["diff", "--name-status", "-z", "-M", "--diff-filter=R", "--no-ext-diff", "--relative", commit, "--"];
    let Ok(output) = git(root, &arguments).stderr(Stdio::null()).output() else { return BTreeMap::new() };
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = text.split('\0').collect();
    let pairs = words.chunks_exact(3).filter_map(|said| match said {
        [_, old, new] => Some((SitePath::new(old)?, SitePath::new(new)?)),
        _ => None,
    });
    pairs.collect()
}

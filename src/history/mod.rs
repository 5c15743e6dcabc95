//! What git knows: when each file was last changed and by whom, what it tracks, where the repo
//! lives. One walk over the history serves all files.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

mod base;
mod blobs;
mod index;

pub use base::Base;
pub use index::Index;

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::diagnostic::{Note, Rule};
use crate::path::SitePath;
use crate::site::Change;

/// What git tells of a repo.
#[derive(Debug, Default)]
pub struct History {
    /// The last change of each file, by its path below the root.
    pub changes: HashMap<SitePath, Change>,
    /// The files that git tracks below the root; `None` where there is no git.
    pub tracked: Option<BTreeSet<SitePath>>,
    /// When HEAD was made, RFC 3339.
    pub head: Option<String>,
    /// HEAD, as git shortens it.
    pub commit: Option<String>,
    /// What cannot be known and why.
    pub notes: Vec<Note>,
}

/// Where the repo lives.
#[derive(Debug, Default)]
pub struct Origin {
    /// The URL of the remote.
    pub remote: Option<String>,
    /// The default branch of the remote, else the one that is checked out.
    pub branch: Option<String>,
    /// Where the root lies in the repo.
    pub prefix: SitePath,
}

/// git in `root`, kept from asking, paging and verifying.
fn git(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args([
            "--no-pager",
            "-c",
            "core.quotePath=false",
            "-c",
            "log.showSignature=false",
            "-c",
            "core.fsmonitor=false",
            "-C",
        ])
        .arg(root)
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    command
}

/// The answer of git on one line; `None` where it fails or says nothing.
fn ask(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = git(root, arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}

/// Where the repo that `root` lies in lives.
pub fn origin(root: &Path) -> Origin {
    let prefix = ask(root, &["rev-parse", "--show-prefix"]).unwrap_or_default();
    let default = ask(root, &["symbolic-ref", "--short", "refs/remotes/origin/HEAD"]);
    Origin {
        remote: ask(root, &["config", "--get", "remote.origin.url"]),
        branch: default
            .and_then(|name| name.strip_prefix("origin/").map(str::to_owned))
            .or_else(|| ask(root, &["symbolic-ref", "--short", "HEAD"])),
        prefix: SitePath::new(&prefix).unwrap_or_default(),
    }
}

/// What stands for the moment of the history that the repo of `root` is at: other words mean that
/// there may be other answers.
pub fn moment(root: &Path) -> String {
    let git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists());
    let Some(git) = git else { return String::new() };
    // In a worktree or a submodule, a file says where it is.
    let git = match std::fs::read_to_string(&git) {
        Ok(text) => git.with_file_name(text.trim_start_matches("gitdir:").trim()),
        Err(_) => git,
    };
    let head = std::fs::read_to_string(git.join("HEAD")).unwrap_or_default();
    // Each commit adds a line; where nobody keeps this log, pages keep their dates until the end.
    let log = std::fs::metadata(git.join("logs").join("HEAD")).map_or(0, |meta| meta.len());
    format!("{head}{log}")
}

/// Whether git tells that no file in `folder`, which lies below `root`, is content of a repo.
pub fn is_free_of_content(root: &Path, folder: &Path) -> bool {
    // The innermost repo that the folder lies in: a submodule has files of its own.
    let Some(at) = folder.ancestors().find(|at| at.is_dir() && at.starts_with(root)) else { return false };
    let listed = git(at, &["ls-files", "-z", "--full-name", "--"]).arg(folder).stderr(Stdio::null()).output();
    listed.is_ok_and(|output| output.status.success() && output.stdout.is_empty())
}

/// The files that git tracks below the root; `None` where there is no git.
pub fn tracked(root: &Path) -> Option<BTreeSet<SitePath>> {
    paths(root, &["ls-files", "-z"])
}

/// The paths that git answers with, parted by NUL; `None` where it fails.
fn paths(root: &Path, arguments: &[&str]) -> Option<BTreeSet<SitePath>> {
    let output = git(root, arguments).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let paths = text.split('\0').filter_map(SitePath::new).filter(|path| !path.is_root());
    output.status.success().then(|| paths.collect())
}

/// Reads the history until every file of `wanted` has been seen.
///
/// A folder without git has no history, which is fine; a history that git refuses to tell, or
/// that a shallow clone cut off, is said in a note.
pub fn read(root: &Path, wanted: &BTreeSet<SitePath>) -> History {
    let mut history = History::default();
    let probe = git(root, &["rev-parse", "--is-shallow-repository"]).output();
    let shallow = match probe {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim() == "true",
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr);
            if why.contains("dubious ownership") {
                history.notes.push(
                    Note::warning(Rule::History, "git does not trust this folder, so pages have no dates")
                        .help("run `git config --global --add safe.directory` with the folder's path"),
                );
            }
            return history;
        }
        Err(_) => return history,
    };
    if let Some(said) = ask(root, &["log", "-1", "--format=%cI %h"])
        && let Some((head, commit)) = said.split_once(' ')
    {
        history.head = Some(head.to_owned());
        history.commit = Some(commit.to_owned());
    }
    history.tracked = tracked(root);
    if shallow {
        history.notes.push(
            Note::warning(
                Rule::History,
                "the clone is shallow, so pages have no dates rather than wrong ones",
            )
            .help("in GitLab CI set the variable `GIT_DEPTH: 0`; elsewhere run `git fetch --unshallow`"),
        );
        return history;
    }
    if history.head.is_some() {
        walk(root, wanted, &mut history);
    }
    history
}

fn walk(root: &Path, wanted: &BTreeSet<SitePath>, history: &mut History) {
    let arguments = [
        "log",
        "--format=%x01%H%x02%cI%x02%aN",
        "--name-only",
        "--no-renames",
        "--relative",
        "-z",
        "--",
        ".",
    ];
    let Ok(mut child) = git(root, &arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
        return;
    };
    let Some(out) = child.stdout.take() else { return };
    let mut change: Option<Change> = None;
    let mut left = wanted.len();
    for record in BufReader::new(out).split(0).map_while(Result::ok) {
        let text = String::from_utf8_lossy(&record);
        let text = text.trim_start_matches('\n');
        if let Some(head) = text.strip_prefix('\u{1}') {
            // The first file's name follows its commit behind a line end where git puts no NUL.
            let (head, first) = head.split_once('\n').unwrap_or((head, ""));
            let mut parts = head.split('\u{2}').map(str::to_owned);
            change = match (parts.next(), parts.next(), parts.next()) {
                (Some(commit), Some(date), Some(author)) => Some(Change { date, author, commit }),
                _ => None,
            };
            take(first, wanted, change.as_ref(), history, &mut left);
        } else {
            take(text, wanted, change.as_ref(), history, &mut left);
        }
        if left == 0 {
            break;
        }
    }
    // The rest of the history is of no use: git may stop.
    let _ = child.kill();
    let _ = child.wait();
}

fn take(
    name: &str,
    wanted: &BTreeSet<SitePath>,
    change: Option<&Change>,
    history: &mut History,
    left: &mut usize,
) {
    let (Some(path), Some(change)) = (SitePath::new(name).filter(|path| !path.is_root()), change) else {
        return;
    };
    if wanted.contains(&path) && !history.changes.contains_key(&path) {
        history.changes.insert(path, change.clone());
        *left -= 1;
    }
}

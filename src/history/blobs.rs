//! Files as git keeps them.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

use super::git;
use crate::path::SitePath;

/// How many files one process is asked for.
const MOST: usize = 256;

/// Reads files of a commit, or of the index where that is empty, in the order asked for; `None` for
/// what cannot be had.
pub(super) fn read(root: &Path, commit: &str, wanted: &[SitePath]) -> Vec<Option<Vec<u8>>> {
    wanted.chunks(MOST).flat_map(|some| batch(root, commit, some)).collect()
}

fn batch(root: &Path, commit: &str, wanted: &[SitePath]) -> Vec<Option<Vec<u8>>> {
    // The questions are lines: a name that holds one cannot be asked for.
    if let Some(odd) = wanted.iter().position(|path| path.as_str().contains('\n')) {
        let mut found = batch(root, commit, &wanted[..odd]);
        found.push(None);
        found.extend(batch(root, commit, &wanted[odd + 1..]));
        return found;
    }
    if wanted.is_empty() {
        return Vec::new();
    }
    let nothing = || vec![None; wanted.len()];
    let spawned = git(root, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = spawned else { return nothing() };
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else { return nothing() };
    let names: Vec<String> = wanted.iter().map(|path| format!("{commit}:./{path}\n")).collect();
    // Asked for and answered at once: either side waits when a pipe is full.
    let found = std::thread::scope(|scope| {
        scope.spawn(move || names.iter().try_for_each(|name| to.write_all(name.as_bytes())));
        let mut from = BufReader::new(from);
        wanted.iter().map(|_| answer(&mut from)).collect()
    });
    let _ = child.wait();
    found
}

/// One answer of `git cat-file --batch`: `<hash> <type> <size>`, the bytes, a line end; or a line
/// that ends in `missing`.
fn answer(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut head = String::new();
    from.read_line(&mut head).ok()?;
    let mut words = head.trim_end().rsplitn(3, ' ');
    let size: u64 = words.next()?.parse().ok()?;
    let kind = words.next()?;
    let mut bytes = Vec::new();
    from.take(size).read_to_end(&mut bytes).ok()?;
    from.read_exact(&mut [0]).ok()?;
    (kind == "blob" && bytes.len() as u64 == size).then_some(bytes)
}

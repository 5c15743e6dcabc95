//! The file system: what is in the repo, and how a site is put down safely.

mod publish;
mod scratch;
mod stamp;
mod themes;
mod walk;

pub use publish::{Archive, Footprint, Published as PublishCount, Publisher, Receipts, Twin};
pub use scratch::Scratch;
pub use stamp::Stamp;
pub use themes::{new_theme, theme};
pub use walk::{Found, Source, find_root, is_open, walk};

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::config::Dialects;
use crate::path::SitePath;

/// The dialects that files of other tools at the root of a repo speak for.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn dialects(root: &Path) -> Dialects {
    let has = |names: &[&str]| names.iter().any(|name| std::fs::metadata(root.join(name)).is_ok());
    Dialects {
        quarto: has(&["_quarto.yml", "_quarto.yaml"]),
        material: has(&["mkdocs.yml", "mkdocs.yaml"]),
        myst: has(&["myst.yml", "myst.yaml", "_toc.yml"]),
    }
}

/// The place of a path of the repo or the site below a folder of the disk.
pub fn place(folder: &Path, path: &SitePath) -> PathBuf {
    let mut place = folder.to_path_buf();
    place.extend(path.segments());
    place
}

/// The text of a file below `root`; `None` where there is none.
pub fn text_inside(root: &Path, path: &SitePath) -> Option<String> {
    read_inside(root, path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The first bytes of a file below `root`, at most so many; `None` where there is no such file.
pub fn head_inside(root: &Path, path: &SitePath, most: u64) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    open_inside(root, path).ok()?.take(most).read_to_end(&mut head).ok()?;
    Some(head)
}

/// A file below `root`, refused where its real place lies outside of it.
///
/// # Errors
/// What the system says, or that the file lies outside.
pub fn read_inside(root: &Path, path: &SitePath) -> io::Result<Vec<u8>> {
    let mut file = open_inside(root, path)?;
    let mut bytes = Vec::with_capacity(file.metadata().map_or(0, |data| data.len() as usize));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether anything stands at a path below `root`, be it a link that leads nowhere.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn exists(root: &Path, path: &SitePath) -> bool {
    std::fs::symlink_metadata(place(root, path)).is_ok()
}

/// The files below a folder of the repo, at any depth.
pub fn files_below(root: &Path, folder: &SitePath) -> Vec<SitePath> {
    let entries = walkdir::WalkDir::new(place(root, folder)).into_iter().flatten();
    let names = entries.filter(|entry| !entry.file_type().is_dir());
    names.filter_map(|entry| SitePath::new(entry.path().strip_prefix(root).ok()?.to_str()?)).collect()
}

/// Removes a folder below a folder of our own.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn remove_inside(folder: &Path, path: &SitePath) {
    // What cannot be removed goes with the folder.
    let _ = std::fs::remove_dir_all(place(folder, path));
}

/// Writes a file below a folder of our own.
///
/// # Errors
/// What the system says.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn write_inside(folder: &Path, path: &SitePath, bytes: &[u8]) -> Result<(), String> {
    let place = place(folder, path);
    let parent = place.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&place, bytes))
        .map_err(|error| format!("`{}`: {error}", place.display()))
}

/// Whether a file below `root`, or the nearest folder on its way that is there, lies below it in
/// fact.
///
/// # Errors
/// The link that leads out.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn leads_inside(root: &Path, path: &SitePath) -> Result<(), String> {
    let wanted = place(root, path);
    let Some(there) = wanted.ancestors().find(|at| std::fs::symlink_metadata(at).is_ok()) else {
        return Ok(());
    };
    let real = std::fs::canonicalize(there).ok().zip(std::fs::canonicalize(root).ok());
    if real.is_some_and(|(real, root)| real.starts_with(root)) {
        return Ok(());
    }
    Err(format!("`{}` is a link that leads out of the repo, or nowhere", there.display()))
}

/// Makes a file below `root`, and the folders on its way; what is there is not touched.
///
/// # Errors
/// That something stands there, that a link on the way leads out, or what the system says.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn create_inside(root: &Path, path: &SitePath, bytes: &[u8]) -> Result<(), String> {
    let place = place(root, path);
    let say = |error: io::Error| format!("`{}`: {error}", place.display());
    leads_inside(root, path)?;
    std::fs::create_dir_all(place.parent().unwrap_or(root)).map_err(say)?;
    let mut file = File::options().write(true).create_new(true).open(&place).map_err(say)?;
    file.write_all(bytes).map_err(say)
}

/// Puts other bytes into a file below `root`: whole or not at all, with the rights that it had. A
/// link stays one, and the file that it leads to changes, which must lie below `root` too.
///
/// # Errors
/// What the system says.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn replace_inside(root: &Path, path: &SitePath, bytes: &[u8]) -> Result<(), String> {
    let shown = place(root, path);
    let say = |error: io::Error| format!("`{}`: {error}", shown.display());
    let real = std::fs::canonicalize(&shown).map_err(say)?;
    if !std::fs::canonicalize(root).is_ok_and(|root| real.starts_with(root)) {
        return Err(format!("`{}` lies outside of the repo", shown.display()));
    }
    replace(&real, bytes)
}

/// The same with any file.
///
/// # Errors
/// What the system says.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn replace(file: &Path, bytes: &[u8]) -> Result<(), String> {
    let say = |error: io::Error| format!("`{}`: {error}", file.display());
    let rights = std::fs::metadata(file).map_err(say)?.permissions();
    if rights.readonly() {
        return Err(format!("`{}` may not be written", file.display()));
    }
    let new = file.with_extension(format!("{}.new", std::process::id()));
    let written = std::fs::write(&new, bytes)
        .and_then(|()| std::fs::set_permissions(&new, rights))
        .and_then(|()| std::fs::rename(&new, file));
    written.map_err(|error| {
        // What could not take its place is of no use.
        let _ = std::fs::remove_file(&new);
        say(error)
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the edge")]
fn open_inside(root: &Path, path: &SitePath) -> io::Result<File> {
    // Any folder on the way may be a link as well.
    let place = std::fs::canonicalize(place(root, path))?;
    if !place.starts_with(std::fs::canonicalize(root)?) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "a link on its way leaves the repo"));
    }
    if !std::fs::metadata(&place)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    File::open(&place)
}

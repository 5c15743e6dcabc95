//! The file system: what is in the repo, and how a site is put down safely.

mod pack;
mod publish;
mod themes;
mod walk;

pub use pack::{Packs, Scratch};
pub use publish::{Published as PublishCount, Publisher};
pub use themes::{new_theme, theme};
pub use walk::{Found, Source, find_root, is_open, walk};

use std::io;
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

/// A file below `root`, refused where its real place lies outside of it.
///
/// # Errors
/// What the system says, or that the file lies outside.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn read_inside(root: &Path, path: &SitePath) -> io::Result<Vec<u8>> {
    // Any folder on the way may be a link as well.
    let place = std::fs::canonicalize(place(root, path))?;
    if !place.starts_with(std::fs::canonicalize(root)?) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "a link on its way leaves the repo"));
    }
    if !std::fs::metadata(&place)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    std::fs::read(&place)
}

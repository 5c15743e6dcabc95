//! Themes of a repo: the folders below `themes/`.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::fs;
use std::path::Path;

use super::{place, read_inside};
use crate::path::SitePath;
use crate::theme::Folder;

/// Where themes lie in a repo.
fn themes() -> SitePath {
    SitePath::root().child("themes")
}

/// The theme of a name, if the repo has it: a folder with a `theme.toml`.
///
/// # Errors
/// A file that cannot be read.
pub fn theme(root: &Path, name: &str) -> Result<Option<Folder>, String> {
    let Some(folder) =
        SitePath::new(name).filter(|path| path.depth() == 0 && !path.is_root()).map(|_| themes().child(name))
    else {
        return Err(format!("`{name}` is no name of a theme"));
    };
    if read_inside(root, &folder.child("theme.toml")).is_err() {
        return Ok(None);
    }
    let mut found = Folder { name: name.to_owned(), ..Folder::default() };
    let mut open = vec![SitePath::root()];
    while let Some(inner) = open.pop() {
        let at = folder.join(inner.as_str()).unwrap_or_else(|| folder.clone());
        let entries = fs::read_dir(place(root, &at)).map_err(|error| format!("`{at}`: {error}"))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("`{at}`: {error}"))?;
            let file_name = entry.file_name();
            let Some(file) = file_name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let path = inner.child(file);
            if entry.path().is_dir() {
                open.push(path);
            } else {
                let bytes = read_inside(root, &at.child(file))
                    .map_err(|error| format!("`{}`: {error}", at.child(file)))?;
                found.files.insert(path.to_string(), bytes);
            }
        }
    }
    Ok(Some(found))
}

/// Writes a new theme into a repo; back come the files that were made.
///
/// # Errors
/// A theme of that name that is there, or what the system says.
pub fn new_theme(root: &Path, theme: &Folder) -> Result<Vec<SitePath>, String> {
    let folder = themes().child(&theme.name);
    if place(root, &folder).exists() {
        return Err(format!("`{folder}` is there already"));
    }
    let mut made = Vec::new();
    for (path, bytes) in &theme.files {
        let path = folder.join(path).unwrap_or_else(|| folder.clone());
        let file = place(root, &path);
        let write = || {
            fs::create_dir_all(file.parent().unwrap_or(root))?;
            fs::write(&file, bytes)
        };
        write().map_err(|error| format!("`{}`: {error}", file.display()))?;
        made.push(path);
    }
    Ok(made)
}

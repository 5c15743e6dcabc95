//! What is left to do when all of a site is staged: it is done the same way again after a kill.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{MANIFEST, OWN};
use crate::disk::place;
use crate::path::SitePath;

/// The files that we wrote.
#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) version: u32,
    pub(super) files: BTreeSet<SitePath>,
}

/// What is left to do when all is staged.
#[derive(Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) version: u32,
    /// Folders that get another name before all else.
    #[serde(default)]
    pub(super) renames: Vec<(SitePath, SitePath)>,
    pub(super) moves: Vec<SitePath>,
    pub(super) prune: Vec<SitePath>,
    pub(super) files: BTreeSet<SitePath>,
}

/// Does what a journal says; what is done already is passed over.
pub(super) fn finish(out: &Path, journal: &Journal) -> io::Result<()> {
    let stage = out.join(OWN).join("stage").join("files");
    for (before, now) in &journal.renames {
        let (from, to) = (place(out, before), place(out, now));
        let is_ours = [before, now].iter().all(|path| path.segments().next() != Some(OWN));
        // Done already, or somebody removed it: then what is missing comes with the next build.
        let is_folder = fs::symlink_metadata(&from).is_ok_and(|meta| meta.is_dir());
        if is_ours && is_folder && fs::symlink_metadata(&to).is_err() {
            fs::rename(&from, &to)?;
        }
    }
    let mut known: HashSet<PathBuf> = HashSet::new();
    for path in journal.moves.iter().filter(|path| path.segments().next() != Some(OWN)) {
        let from = place(&stage, path);
        let to = place(out, path);
        folder_inside(out, path, &mut known)?;
        match fs::rename(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && to.is_file() => {}
            // A folder of the site before may stand where a file is wanted now.
            Err(_) if to.is_dir() && !from.is_dir() => {
                let below: Vec<&SitePath> =
                    journal.prune.iter().filter(|old| old.below(path).is_some()).collect();
                prune(out, &below)?;
                if to.is_dir() {
                    fs::remove_dir(&to).map_err(|error| {
                        let shown = quoted(&to);
                        let why = format!("{path} is a folder that holds somebody's files; if nobody needs them: rm -r {shown}");
                        io::Error::new(error.kind(), why)
                    })?;
                }
                fs::rename(&from, &to)?;
            }
            Err(error) => return Err(io::Error::new(error.kind(), format!("{path}: {error}"))),
        }
    }
    prune(out, &journal.prune.iter().collect::<Vec<_>>())?;
    write_json(&out.join(MANIFEST), &Manifest { version: 1, files: journal.files.clone() })?;
    fs::remove_file(out.join(OWN).join("journal.json"))?;
    match fs::remove_dir_all(out.join(OWN).join("stage")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes files of the site before, and the folders that are empty then. What lies behind a link
/// is not ours and stays.
fn prune(out: &Path, paths: &[&SitePath]) -> io::Result<()> {
    for path in paths {
        let mut at = out.to_path_buf();
        let behind_a_link = path.parent().segments().any(|segment| {
            at.push(segment);
            fs::symlink_metadata(&at).is_ok_and(|meta| meta.is_symlink())
        });
        if behind_a_link || path.segments().next() == Some(OWN) {
            continue;
        }
        let file = place(out, path);
        // A file that is gone, or that became a folder of the new site, needs no removing.
        let is_file = fs::symlink_metadata(&file).is_ok_and(|meta| !meta.is_dir());
        if is_file {
            fs::remove_file(&file)?;
        }
        let mut folder = file.parent();
        // A folder that still holds something refuses to go.
        while let Some(empty) = folder.filter(|folder| *folder != out) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
    }
    Ok(())
}

/// Makes the folder of a file of the site. A link on the way is refused: it might lead out.
fn folder_inside(out: &Path, path: &SitePath, known: &mut HashSet<PathBuf>) -> io::Result<()> {
    let parent = place(out, &path.parent());
    if known.contains(&parent) {
        return Ok(());
    }
    let mut at = out.to_path_buf();
    for segment in path.parent().segments() {
        at.push(segment);
        match fs::symlink_metadata(&at) {
            Ok(meta) if meta.is_dir() => {}
            Ok(meta) if meta.is_file() => {
                fs::remove_file(&at)?;
                fs::create_dir(&at)?;
            }
            Ok(_) => return Err(io::Error::other(format!("`{}` is a link; remove it", at.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&at)?,
            Err(error) => return Err(error),
        }
    }
    known.insert(parent);
    Ok(())
}

pub(super) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let new = path.with_extension("new");
    // Whatever stands there, a link above all, is not written through.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::options().write(true).create_new(true).open(&new)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

//! Files that are no pages: those that pages link or need, each read once, and those whose names say
//! what they hold.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::Whole;
use super::weight::size;
use crate::build;
use crate::diagnostic::{Diagnostic, Note, Rule};
use crate::path::SitePath;

/// What is said of the files of the repo by their names, and of what is in those that pages link: that
/// they cannot be shown, weigh too much, or hold secrets.
pub(super) fn of_repo(whole: &Whole<'_>, files: &BTreeSet<SitePath>) -> Vec<Diagnostic> {
    let secrets = whole.shelf.secrets();
    let mut said: Vec<Diagnostic> = Vec::new();
    for file in files {
        for kind in secrets.of_path(file.as_str()) {
            said.push(Diagnostic::new(file, kind.note("the file, as its name says", false)));
        }
    }
    let reading = &whole.request.config.reading;
    let limit = whole.asked_of_none.limits.image;
    let found: Vec<Diagnostic> = whole
        .linked()
        .into_par_iter()
        .flat_map_iter(|file| {
            let read = whole.shelf.bytes(file);
            let bytes = read.as_deref().unwrap_or_default();
            let mut notes = build::secrets_of(file, bytes, secrets);
            if is_picture(file) && bytes.len() > limit {
                let said = format!("the picture has {}, and {} are allowed", size(bytes.len()), size(limit));
                notes.push(
                    Note::warning(Rule::ImageLarge, said)
                        .help("save it as JPEG or WebP, or at a lower resolution"),
                );
            }
            notes.extend(build::linked(file, read, reading).err().map(|note| *note));
            notes.into_iter().map(|note| Diagnostic::new(file, note)).collect::<Vec<_>>()
        })
        .collect();
    said.extend(found);
    said
}

fn is_picture(file: &SitePath) -> bool {
    matches!(file.extension().as_str(), "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "avif")
}

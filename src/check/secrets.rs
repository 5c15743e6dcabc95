//! Secrets in files that are no pages: those that pages link, and those whose names say what they
//! hold. Of pages, reading itself finds them.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::Whole;
use crate::build;
use crate::diagnostic::Diagnostic;
use crate::path::SitePath;

/// What is found in the files of the repo that pages link, and in the names of all.
pub(super) fn of_files(whole: &Whole<'_>, files: &BTreeSet<SitePath>) -> Vec<Diagnostic> {
    let secrets = whole.shelf.secrets();
    let mut said: Vec<Diagnostic> = Vec::new();
    for file in files {
        for kind in secrets.of_path(file.as_str()) {
            said.push(Diagnostic::new(file, kind.note("the file, as its name says", false)));
        }
    }
    let found: Vec<Diagnostic> = whole
        .linked()
        .into_par_iter()
        .flat_map_iter(|file| {
            let bytes = whole.shelf.bytes(file).unwrap_or_default();
            let notes = build::secrets_of(file, &bytes, secrets);
            notes.into_iter().map(|note| Diagnostic::new(file, note)).collect::<Vec<_>>()
        })
        .collect();
    said.extend(found);
    said
}

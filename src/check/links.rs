//! Where pages lead, as the whole site has it.

use rayon::prelude::*;

use super::weight::size;
use super::Whole;
use crate::build;
use crate::diagnostic::{Diagnostic, Family, Note, Rule};
use crate::disk;
use crate::path::SitePath;

/// Whether a rule judges links, which change when other pages do.
pub(super) fn is_of_links(rule: Rule) -> bool {
    rule.entry().family == Family::Links
}

/// What is said of the links of all pages and of the files that they need.
pub(super) fn of_pages(whole: &Whole<'_>) -> Vec<Diagnostic> {
    let mut said: Vec<Diagnostic> = whole.led.iter().flat_map(|led| led.notes.iter().cloned()).collect();
    let reading = &whole.request.config.reading;
    let limit = whole.asked_of_none.limits.image;
    let files: Vec<Diagnostic> = whole
        .linked()
        .into_par_iter()
        .flat_map_iter(|file| {
            let read = disk::read_inside(whole.shelf.root, file);
            let bytes = read.as_ref().map_or(0, Vec::len);
            let heavy = (is_picture(file) && bytes > limit).then(|| {
                let said = format!("the picture has {}, and {} are allowed", size(bytes), size(limit));
                Note::warning(Rule::ImageLarge, said).help("save it as JPEG or WebP, or at a lower resolution")
            });
            let unshown = build::linked(file, read, reading).err().map(|note| *note);
            heavy.into_iter().chain(unshown).map(|note| Diagnostic::new(file, note)).collect::<Vec<_>>()
        })
        .collect();
    said.extend(files);
    said
}

fn is_picture(file: &SitePath) -> bool {
    matches!(file.extension().as_str(), "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "avif")
}

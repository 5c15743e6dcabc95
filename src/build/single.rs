//! One notebook → one HTML file that carries everything.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use super::page::{failure, render_one};
use super::theme;
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::{self, Source};
use crate::notebook::{Around, Files, check_rules, text_of};
use crate::path::SitePath;
use crate::site::{PageRecord, csp_of};
use crate::theme::{labels::direction, view};

/// Builds one notebook into one HTML file that carries everything: pictures, style, scripts.
///
/// # Errors
/// Why it could not run: the file cannot be read at all, or the theme fails.
pub fn build_single(
    root: &Path,
    source: &Source,
    config: Arc<Config>,
) -> Result<(Vec<u8>, Vec<Diagnostic>), String> {
    check_rules(&config.reading.cells)?;
    let bytes = disk::read_inside(root, &source.path)
        .map_err(|error| format!("`{}` cannot be read: {error}", source.path))?;
    // In the pool, whose threads have room for what is deeply nested.
    let files = Beside { root };
    let around = Around { path: &source.path, reading: &config.reading, files: &files };
    let attempt = || catch_unwind(AssertUnwindSafe(|| render_one(&bytes, source.format, &around)));
    let (attempt, ()) = rayon::join(attempt, || ());
    let Ok((published, rendered, mut notes)) = attempt else {
        return Err(format!(
            "bindery failed on `{}`, which is a fault of bindery; please report it",
            source.path
        ));
    };
    let mut record = PageRecord::new(&source.path, &published, rendered.outline, None);
    if notes.iter().any(|note| note.severity == Severity::Error) {
        record = failure(source, &notes);
    }
    notes.extend(rendered.notes);
    let mut diagnostics: Vec<Diagnostic> =
        notes.into_iter().map(|note| Diagnostic::new(&source.path, note)).collect();
    let theme = theme(root, &config)?;
    let inline = theme.inline();
    let open = |path: &SitePath| disk::is_open(root, path);
    let read = |path: &SitePath| open(path).then(|| disk::read_inside(root, path).ok()).flatten();
    let view = view::SingleView {
        head: view::Head {
            title: record.title.clone(),
            description: record.description.clone(),
            direction: direction(record.front.lang.as_deref().unwrap_or(&config.language)),
            language: record.front.lang.clone().unwrap_or_else(|| config.language.clone()),
            ..view::Head::default()
        },
        page: crate::site::single_page(&record, &rendered.body, &rendered.assets, theme.labels(), &read),
        csp: csp_of(&[&inline.mode_js, &inline.js]),
        inline,
    };
    diagnostics.sort();
    Ok((theme.render("single.html", &view)?, diagnostics))
}

/// The files that a single page may include: whatever below the root is not hidden or ignored.
struct Beside<'a> {
    root: &'a Path,
}

impl Files for Beside<'_> {
    fn text(&self, path: &SitePath) -> Result<String, String> {
        if !disk::is_open(self.root, path) {
            return Err(format!("`{path}` is not in the repo, or hidden, or ignored"));
        }
        text_of(path, disk::read_inside(self.root, path))
    }
}

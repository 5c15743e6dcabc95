//! What a branch changes, page by page, for those who review it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::since::Before;
use super::{Outcome, Request, Whole, examine};
use crate::build;
use crate::diagnostic::Note;
use crate::path::SitePath;
use crate::site::{ChangedPage, Fate, MergeRequest, Review};

/// Compares the pages of a repo with those of the request's base, and says what is new about them.
///
/// # Errors
/// As [`super::check`].
pub fn review(
    request: &Request,
    merge_request: Option<MergeRequest>,
    progress: build::Progress<'_>,
) -> Result<Review, String> {
    let see = |whole: &Whole<'_>, before: Option<&Before>| {
        before.map(|before| (before.base.short.clone(), pages(whole, before), before.base.renamed.clone()))
    };
    let (Outcome { diagnostics, remarks, .. }, seen) = examine(request, progress, see)?;
    let Some((base, mut pages, renamed)) = seen else {
        return Ok(Review { remarks, merge_request, ..Review::default() });
    };
    let mut found: BTreeMap<SitePath, Vec<Note>> = BTreeMap::new();
    for said in diagnostics {
        // What is said of a file that has another name now belongs to its page.
        let file = renamed.get(&said.file).cloned().unwrap_or(said.file);
        found.entry(file).or_default().push(said.note);
    }
    for page in &mut pages {
        page.findings = found.remove(&page.source).unwrap_or_default();
    }
    let elsewhere = found.into_iter().collect();
    Ok(Review { base: Some(base), remarks, pages, elsewhere, merge_request })
}

/// The pages that are not as they were, by their sources.
fn pages(whole: &Whole<'_>, before: &Before) -> Vec<ChangedPage> {
    let touched = before.touched(whole);
    let old_names: HashMap<&SitePath, &SitePath> =
        before.base.renamed.iter().map(|(old, new)| (new, old)).collect();
    let mut heirs = BTreeSet::new();
    let mut changed = Vec::new();
    for id in 0..whole.site.len() {
        let source = whole.site.source(id);
        let old = match before.site.page_of(source) {
            Some(old) => Some(old),
            None => old_names.get(source).and_then(|old| before.site.page_of(old)),
        };
        heirs.extend(old);
        let fate = match old {
            None => Fate::Added,
            Some(old) if before.site.url(old) != whole.site.url(id) => Fate::Moved,
            Some(_) if touched.contains(source) => Fate::Changed,
            Some(_) => continue,
        };
        changed.push(ChangedPage {
            fate,
            source: source.clone(),
            title: whole.site.page(id).title.clone(),
            was: old.map(|old| before.site.url(old).clone()),
            is_touched: before.changed().contains(source),
            findings: Vec::new(),
        });
    }
    let dropped = (0..before.site.len()).filter(|old| !heirs.contains(old)).map(|old| ChangedPage {
        fate: Fate::Dropped,
        source: before.site.source(old).clone(),
        title: before.site.page(old).title.clone(),
        was: Some(before.site.url(old).clone()),
        is_touched: true,
        findings: Vec::new(),
    });
    changed.extend(dropped);
    changed.sort_by(|a, b| a.source.cmp(&b.source));
    changed
}

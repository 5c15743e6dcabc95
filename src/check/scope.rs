//! Whose findings are wanted: those of all sources, of some that are named, of what has changed.

use std::collections::BTreeSet;

use super::since::Before;
use super::{Request, Whole, links};
use crate::diagnostic::Diagnostic;
use crate::path::SitePath;

/// What is wanted.
pub(super) struct Scope {
    /// The files whose findings are wanted; those of all where this is `None`.
    files: Option<BTreeSet<SitePath>>,
    /// What was said already of the links of pages that have not changed; what is not among it is
    /// news, wherever it is found.
    old_links: Option<BTreeSet<Diagnostic>>,
}

impl Scope {
    pub(super) fn new(request: &Request, before: Option<&Before>, whole: &Whole<'_>) -> Self {
        let named = request.only.clone();
        let Some(before) = before.filter(|_| request.is_since) else {
            return Self { files: named, old_links: None };
        };
        let changed = before.changed();
        match named {
            Some(named) => {
                Self { files: Some(named.intersection(changed).cloned().collect()), old_links: None }
            }
            None => Self { files: Some(changed.clone()), old_links: Some(before.old_links(whole)) },
        }
    }

    /// Whether all that is found in a file is wanted.
    pub(super) fn wants(&self, file: &SitePath) -> bool {
        self.files.as_ref().is_none_or(|files| files.contains(file))
    }

    /// Whether a finding is wanted.
    pub(super) fn holds(&self, found: &Diagnostic) -> bool {
        let is_news =
            |old: &BTreeSet<Diagnostic>| links::is_of_links(found.note.rule) && !old.contains(found);
        self.wants(&found.file) || self.old_links.as_ref().is_some_and(is_news)
    }
}

//! Whose findings are wanted: those of all sources, of some that are named, of what has changed.

use std::collections::{BTreeSet, HashSet};

use super::since::Before;
use super::{Request, Whole, links};
use crate::diagnostic::{Diagnostic, Rule, fingerprints};
use crate::path::SitePath;

/// What is wanted.
pub(super) struct Scope {
    /// The files whose findings are wanted; those of all where this is `None`.
    files: Option<BTreeSet<SitePath>>,
    /// What was found at the base already, where only what is new is wanted.
    old: Option<HashSet<String>>,
}

impl Scope {
    pub(super) fn new(request: &Request, before: Option<&Before>, whole: &Whole<'_>) -> Self {
        let named = request.only.clone();
        let Some(before) = before.filter(|_| request.is_since) else {
            return Self { files: named, old: None };
        };
        // What a page takes in is a part of it, and what it links is published with it.
        let mut touched = before.touched(whole);
        for (source, led) in whole.site_pages().zip(&whole.led) {
            if touched.contains(source) {
                touched.extend(led.files.iter().map(|(file, _)| file.clone()));
            }
        }
        let files = match named {
            Some(named) => named.intersection(&touched).cloned().collect(),
            None => touched,
        };
        let mut old = before.said(whole);
        old.sort();
        old.dedup();
        Self { files: Some(files), old: Some(fingerprints(&old).into_iter().collect()) }
    }

    /// Whether what is found in a file is wanted.
    pub(super) fn wants(&self, file: &SitePath) -> bool {
        self.files.as_ref().is_none_or(|files| files.contains(file))
    }

    /// What of all findings is wanted. What a change breaks in pages that it does not touch is news
    /// as well: their links.
    pub(super) fn of(&self, mut said: Vec<Diagnostic>) -> Vec<Diagnostic> {
        said.sort();
        said.dedup();
        let prints = fingerprints(&said);
        let is_wanted = |found: &Diagnostic| {
            let is_broken_elsewhere = self.old.is_some()
                && links::is_of_links(found.note.rule)
                && found.note.rule != Rule::LinkExternal;
            self.wants(&found.file) || is_broken_elsewhere
        };
        let is_old = |print: &String| self.old.as_ref().is_some_and(|old| old.contains(print));
        let news = said.into_iter().zip(prints).filter(|(found, print)| is_wanted(found) && !is_old(print));
        news.map(|(found, _)| found).collect()
    }
}

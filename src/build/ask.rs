//! `bindery search`: the index of a repo, asked in the terminal; nothing is written.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

use super::index::Gathering;
use super::{Request, Rewrite, Stores, rendered};
use crate::disk::{self, Found};
use crate::notebook::check_rules;
use crate::search::engine;
use crate::site::{Edition, Input, Site};
use crate::theme::SEARCH_JS;

/// One page that answers a query.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// Where it answers: the URL relative to the site's root, with the id of the place.
    #[serde(rename = "link")]
    pub url: String,
    /// The source of the page, relative to the root of the repo.
    #[serde(skip)]
    pub source: String,
    /// The title of the page.
    pub title: String,
    /// How well it answers, against the others.
    pub score: f64,
    /// What it says; `None` where it says nothing but its title.
    pub shown: Option<Excerpt>,
    /// The number of the page.
    page: usize,
}

/// A stretch of a page.
#[derive(Clone, Debug, Deserialize)]
pub struct Excerpt {
    /// `prose`, `code`, `output` or `error`.
    pub kind: String,
    /// The words of the heading above it.
    pub heading: String,
    /// Its text in pieces, each with whether it is what was asked for.
    pub pieces: Vec<(String, bool)>,
}

#[derive(Deserialize)]
struct Answered {
    results: Vec<Answer>,
}

/// Asks all pages of a repo a query, as the site would; the best first, at most `limit`. `scratch`
/// is a file to be made for what does not fit memory; `out` of the request is not touched.
///
/// # Errors
/// Why it could not run: configuration, theme, disk.
pub fn ask(request: &Request, scratch: &Path, query: &str, limit: usize) -> Result<Vec<Answer>, String> {
    let Request { root, src, out, config, .. } = request;
    check_rules(&config.reading.cells)?;
    let theme = Arc::new(super::theme(root, config)?);
    let found = disk::walk(root, src, out, config)?;
    let cache = Arc::new(request.cache(scratch)?.0);
    let ledger = cache.ledger(root);
    let gathering = Gathering::new(&cache);
    let stores = Stores { cache: &cache, ledger: &ledger, publisher: None };
    let pages = rendered(request, &found, (stores, &gathering), &|| ())?;
    let _ = cache.keep_ledger(&ledger);
    let pages = pages.into_iter().map(|made| Arc::new(made.record)).collect();
    let Found { files, .. } = found;
    let input = Input {
        config: config.clone(),
        theme,
        pages,
        drafts: BTreeSet::new(),
        files,
        tracked: None,
        src: src.clone(),
        edition: Edition::default(),
    };
    let (site, _) = Site::assemble(input);
    let held = Mutex::new(HashMap::new());
    let quoted = gathering.finish(
        &site,
        &|path, text| {
            held.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), text);
            Ok(())
        },
        Rewrite::WhenDue,
    )?;
    let mut read = |path: &str| match held.lock().unwrap_or_else(PoisonError::into_inner).remove(path) {
        Some(text) => Ok(text),
        None => quoted.file(&site, path),
    };
    let answer = engine::ask(SEARCH_JS, &mut read, query, limit)?;
    let Answered { mut results } = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
    for answer in &mut results {
        answer.source = site.source(answer.page).to_string();
    }
    Ok(results)
}

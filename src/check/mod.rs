//! `bindery check`: what is wrong with the notebooks of a repo, before they land.
//!
//! Every source is read and rendered as for a site, but without colours and without writing
//! anything; what reading and rendering found comes first, then the rules, one file a family. What
//! looks across pages (links, repetition, dropped URLs) is asked when all pages are known, so a
//! check of a few files reads all of them, too.

mod allow;
mod documents;
mod execution;
mod files;
mod links;
mod portability;
mod reading;
mod repetition;
mod review;
mod scope;
mod since;
mod survey;
mod weight;

pub use review::review;
pub use survey::Look;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::build;
use crate::config::{Config, checks::Asked};
use crate::diagnostic::{Diagnostic, Note, Rule, Severity};
use crate::disk::{self, Source};
use crate::history;
use crate::notebook::{Notebook, check_rules};
use crate::path::SitePath;
use crate::site::{Edition, Input, PageRecord, Produced, Site};
use crate::web::Answers;
use scope::Scope;
use survey::{Shelf, Survey};

/// What a check was asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The root of the repo.
    pub root: PathBuf,
    /// The folder whose pages are published, relative to the root.
    pub src: SitePath,
    /// Where the site goes, which is not walked.
    pub out: PathBuf,
    /// The configuration.
    pub config: Arc<Config>,
    /// The files whose findings are wanted; those of all where this is `None`.
    pub only: Option<BTreeSet<SitePath>>,
    /// The revision to compare with.
    pub base: Option<String>,
    /// Whether only the findings of what changed since the base are wanted.
    pub is_since: bool,
    /// Whether somebody named the base, and not a pipeline.
    pub is_named: bool,
    /// Whether what is about to be committed is checked, and not what lies in the folder.
    pub is_staged: bool,
    /// The day that reviews are due by.
    pub today: Date,
    /// What has answered of the web lately, where links to other sites are to be asked.
    pub web: Option<Answers>,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The sources that were checked.
    pub sources: Vec<SitePath>,
    /// Everything that was found, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be done as it was asked for, and what was done in its place.
    pub remarks: Vec<String>,
    /// What has answered of the web, where links to other sites were asked.
    pub web: Option<Answers>,
}

/// A notebook in the hands of the rules.
struct Desk<'a> {
    notebook: &'a Notebook,
    /// The size of its file, in bytes.
    bytes: usize,
    asked: &'a Asked,
    notes: Vec<Note>,
}

impl Desk<'_> {
    /// A piece of a source for a message: without secrets, then cut.
    fn quote(&self, text: &str, most: usize) -> String {
        let text = self.notebook.secrets().hidden(&self.notebook.hidden(text));
        let cut: String = text.chars().take(most).collect();
        if cut.len() < text.len() { format!("{cut}…") } else { cut }
    }

    fn say(&mut self, note: Note) {
        self.notes.push(note);
    }
}

/// Checks the sources of a repo.
///
/// # Errors
/// Why it could not run: configuration, theme, disk. What is wrong with the content is in the
/// outcome.
pub fn check(request: &Request, progress: build::Progress<'_>) -> Result<Outcome, String> {
    examine(request, progress, |_, _| ()).map(|(outcome, ())| outcome)
}

/// Checks the sources of a repo; `see` is shown all pages, and what they were at the base.
fn examine<T>(
    request: &Request,
    progress: build::Progress<'_>,
    see: impl FnOnce(&Whole<'_>, Option<&since::Before>) -> T,
) -> Result<(Outcome, T), String> {
    let Request { root, src, out, config, .. } = request;
    check_rules(&config.reading.cells)?;
    let theme = Arc::new(build::theme(root, config)?);
    let mut found = disk::walk(root, src, out, config)?;
    let index = if request.is_staged { Some(history::Index::read(root)?) } else { None };
    if let Some(index) = &index {
        found.sources.retain(|source| index.files.contains(&source.path));
        found.files.retain(|file| index.files.contains(file));
    }
    let mut outcome = Outcome::default();
    let mut base = match &request.base {
        None => None,
        Some(revision) => match history::Base::read(root, revision) {
            Ok(base) => Some(base),
            Err((why, true)) if request.is_named => return Err(why),
            Err((why, _)) => {
                outcome.remarks.push(why);
                None
            }
        },
    };
    if let (Some(base), Some(index)) = (&mut base, &index) {
        base.changed.clone_from(&index.changed);
    }
    let open = found.open();
    let staged = index.map(|index| index.contents).unwrap_or_default();
    let shelf =
        Shelf::new((root, src), config, (&found.sources, &open))?.comparing(base.is_some()).with(staged);
    let done = std::sync::atomic::AtomicUsize::new(0);
    let (tracked, surveys) = rayon::join(
        || history::tracked(root),
        || {
            let survey = |source: &Source| {
                let survey = shelf.survey(source, request.today);
                let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                progress(done, found.sources.len());
                survey
            };
            found.sources.par_iter().map(survey).collect::<Vec<Survey>>()
        },
    );
    let (pages, drafts): (Vec<&Survey>, Vec<&Survey>) =
        surveys.iter().partition(|survey| !survey.record.front.draft);
    let records: Vec<Arc<PageRecord>> = pages.iter().map(|survey| survey.record.clone()).collect();
    let input = Input {
        config: config.clone(),
        theme,
        pages: records,
        drafts: drafts.iter().map(|survey| survey.record.source.clone()).collect(),
        files: found.files.clone(),
        tracked,
        src: src.clone(),
        edition: Edition::default(),
    };
    let before = base.map(|base| since::Before::new(base, &shelf, (&input, &found)));
    let (site, notes) = Site::assemble(input);
    let led = pages.par_iter().enumerate().map(|(id, page)| site.survey(id, &page.slots, &shelf)).collect();
    let asked_of_none = config.checks.asked(&SitePath::root(), &|_| None);
    let whole = Whole { request, shelf: &shelf, surveys: &surveys, site: &site, led, asked_of_none };
    let scope = Scope::new(request, before.as_ref(), &whole);
    if before.is_none() && request.is_since {
        outcome.remarks.push("everything is checked".to_owned());
    }
    let mut said = found.notes.clone();
    said.extend(notes);
    said.extend(surveys.iter().flat_map(Survey::diagnostics));
    said.extend(whole.led.iter().flat_map(|led| led.notes.iter().cloned()));
    said.extend(files::of_repo(&whole, &found.files));
    said.extend(
        before.iter().flat_map(|before| before.dropped(&whole).into_iter().chain(before.stale(&whole))),
    );
    said.extend(repetition::of_pages(&whole, &scope));
    if let Some(known) = &request.web {
        let (dead, answers, is_offline) = links::of_the_web(&whole, known)?;
        if is_offline {
            outcome.remarks.push(
                "no other site answers: is there a network? Nothing is said of links to them".to_owned(),
            );
        }
        said.extend(dead);
        outcome.web = Some(answers);
    }
    outcome.diagnostics = whole.weighed(scope.of(said));
    let sources = surveys.iter().map(|survey| &survey.record.source);
    let is_checked = |source: &&SitePath| scope.wants(source) && !config.checks.excludes(source);
    outcome.sources = sources.filter(is_checked).cloned().collect();
    let seen = see(&whole, before.as_ref());
    Ok((outcome, seen))
}

/// All pages together.
struct Whole<'a> {
    request: &'a Request,
    shelf: &'a Shelf<'a>,
    /// Of all sources, sorted.
    surveys: &'a [Survey],
    site: &'a Site,
    /// Where each page of the site leads.
    led: Vec<Produced>,
    /// What is asked of files that are no pages.
    asked_of_none: Asked,
}

impl Whole<'_> {
    fn survey_of(&self, source: &SitePath) -> Option<&Survey> {
        let place = self.surveys.binary_search_by(|survey| survey.record.source.cmp(source)).ok()?;
        self.surveys.get(place)
    }

    /// The sources of the site's pages, by their numbers.
    fn site_pages(&self) -> impl Iterator<Item = &SitePath> {
        (0..self.site.len()).map(|page| self.site.source(page))
    }

    /// The files of the repo that pages link.
    fn linked(&self) -> BTreeSet<&SitePath> {
        self.led.iter().flat_map(|led| &led.files).map(|(file, _)| file).collect()
    }

    /// What remains of what was found when everybody had a say: authors, the repo, the book.
    fn weighed(&self, said: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let checks = &self.request.config.checks;
        let mut kept: Vec<Diagnostic> = said
            .into_iter()
            .filter(|diagnostic| !checks.excludes(&diagnostic.file))
            .filter_map(|mut diagnostic| {
                diagnostic.note = match self.survey_of(&diagnostic.file) {
                    Some(survey) => survey.weigh(diagnostic.note)?,
                    None => {
                        let asked = checks.asked(&diagnostic.file, &|_| None);
                        let severity = asked.severity(diagnostic.note.rule, diagnostic.note.severity)?;
                        let message = self.shelf.secrets().hidden(&diagnostic.note.message);
                        Note { severity, message, ..diagnostic.note }
                    }
                };
                Some(diagnostic)
            })
            .collect();
        kept.sort();
        kept.dedup();
        kept
    }
}

/// Something that was found in a notebook about a cell of code.
fn in_cell(severity: Severity, rule: Rule, cell: &crate::notebook::Cell, message: String) -> Note {
    Note::new(severity, rule, message).in_cell(&cell.at)
}

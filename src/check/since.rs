//! What the repo was at a base revision: which URLs and anchors it published, which links were
//! broken already, which outputs belong to another source.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::Whole;
use super::survey::{Content, Shelf, Survey};
use crate::config::{self, globs};
use crate::diagnostic::{CellRef, Diagnostic, Note, Rule};
use crate::digest::Digest;
use crate::disk::{Found, Source};
use crate::history::Base;
use crate::notebook::{CellKind, Format, MimeData, Notebook, Output, is_notebook};
use crate::path::SitePath;
use crate::site::{Edition, Input, PageRecord, Site};

/// How many files are held at once.
const AT_ONCE: usize = 64;

/// The repo as it was.
pub(super) struct Before {
    pub(super) base: Base,
    pub(super) site: Site,
    /// Of the sources that have changed since.
    surveys: BTreeMap<SitePath, Survey>,
}

/// A cell with outputs, for comparing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    at: CellRef,
    source: Digest,
    outputs: Digest,
    count: Option<u64>,
}

impl Before {
    /// Puts the site of a base together: what has not changed since is taken as it is now.
    pub(super) fn new(base: Base, shelf: &Shelf<'_>, (now, found): (&Input, &Found)) -> Self {
        let surveys = surveys(&base, shelf, found);
        let mut pages: BTreeMap<SitePath, Arc<PageRecord>> = now
            .pages
            .iter()
            .filter(|page| !base.changed.contains(&page.source) && base.files.contains(&page.source))
            .map(|page| (page.source.clone(), page.clone()))
            .collect();
        let mut drafts: BTreeSet<SitePath> =
            now.drafts.iter().filter(|draft| !base.changed.contains(*draft)).cloned().collect();
        for (source, survey) in &surveys {
            if survey.record.front.draft {
                drafts.insert(source.clone());
            } else if survey.record.failures.is_empty() {
                pages.insert(source.clone(), survey.record.clone());
            }
        }
        let is_page = |file: &&SitePath| pages.contains_key(*file) || drafts.contains(*file);
        let input = Input {
            config: now.config.clone(),
            theme: now.theme.clone(),
            files: base.files.iter().filter(|file| !is_page(file)).cloned().collect(),
            tracked: Some(base.files.clone()),
            src: now.src.clone(),
            edition: Edition::default(),
            drafts,
            pages: pages.into_values().collect(),
        };
        let (site, _) = Site::assemble(input);
        Self { base, site, surveys }
    }

    /// The files that are not as they were.
    pub(super) fn changed(&self) -> &BTreeSet<SitePath> {
        &self.base.changed
    }

    /// The files that are not as they were, and the sources that take one of them in.
    pub(super) fn touched(&self, whole: &Whole<'_>) -> BTreeSet<SitePath> {
        let others = self.touched_by_others(whole).map(|survey| &survey.record.source);
        self.base.changed.iter().chain(others).cloned().collect()
    }

    /// The sources that have not changed themselves, and take in a file that has.
    pub(super) fn touched_by_others<'a>(&self, whole: &Whole<'a>) -> impl Iterator<Item = &'a Survey> {
        let changed = &self.base.changed;
        whole.surveys.iter().filter(move |survey| {
            !changed.contains(&survey.record.source) && survey.needs.iter().any(|file| changed.contains(file))
        })
    }

    /// URLs and anchors that were published and are no more.
    pub(super) fn dropped(&self, whole: &Whole<'_>) -> Vec<Diagnostic> {
        let now = whole.site.addresses();
        let mut said = Vec::new();
        for (url, page) in self.site.addresses() {
            let record = self.site.page(page);
            let Some(heir) = now.get(&url) else {
                let message = format!("`{url}` was published, and nothing stands there now");
                let heir = self.base.renamed.get(&record.source).unwrap_or(&record.source);
                let (source, place) = match whole.site.page_of(heir) {
                    Some(page) => (whole.site.source(page), format!("this page, `{heir}`")),
                    None => (&record.source, "the page that took its place".to_owned()),
                };
                let help = format!(
                    "name it in the front matter of {place}: `aliases: [/{url}]`; where it shall go, switch this rule off for its path below `[[check.paths]]`"
                );
                said.push(Diagnostic::new(source, Note::error(Rule::UrlDropped, message).help(help)));
                continue;
            };
            // An alias leads to its page; what is asked for below it is the page's own affair.
            if *self.site.url(page) != url {
                continue;
            }
            let heir = whole.site.page(*heir);
            if !heir.failures.is_empty() {
                continue;
            }
            let had = record.outline.headings.iter().map(|heading| &heading.id);
            let had = had.chain(record.outline.targets.iter().map(|target| &target.anchor));
            let kept = |id: &&String| {
                heir.outline.anchors.binary_search(id).is_ok()
                    || heir.outline.title.as_ref().is_some_and(|title| title.id == **id)
            };
            for id in had.collect::<BTreeSet<_>>().into_iter().filter(|id| !kept(id)) {
                let message = format!("`{url}#{id}` was published, and the page has no such anchor now");
                let help = format!("keep it beside what took its place: `<a id=\"{id}\"></a>`");
                said.push(Diagnostic::new(
                    &heir.source,
                    Note::warning(Rule::AnchorDropped, message).help(help),
                ));
            }
        }
        said
    }

    /// Cells whose source is another and whose outputs are the same.
    pub(super) fn stale(&self, whole: &Whole<'_>) -> Vec<Diagnostic> {
        let mut said = Vec::new();
        for (source, before) in &self.surveys {
            let Some(now) = whole.survey_of(source) else { continue };
            let known: HashMap<&str, &Shown> =
                before.shown.iter().filter_map(|shown| Some((shown.at.id.as_deref()?, shown))).collect();
            for shown in &now.shown {
                let Some(old) = shown.at.id.as_deref().and_then(|id| known.get(id)) else { continue };
                if shown.source != old.source && shown.outputs == old.outputs && shown.count == old.count {
                    let note = Note::warning(
                        Rule::OutputStale,
                        "the source has changed, and the outputs are those of before",
                    )
                    .in_cell(&shown.at)
                    .help("run the cell and save");
                    said.push(Diagnostic::new(source, note));
                }
            }
        }
        said
    }

    /// What could be said of the base: of sources that have not changed what is said now, but for
    /// their links, which others may have broken.
    pub(super) fn said(&self, whole: &Whole<'_>) -> Vec<Diagnostic> {
        // Of what takes in a changed file nobody knows what was said.
        let touched = self.touched(whole);
        let unchanged = whole.surveys.iter().filter(|survey| !touched.contains(&survey.record.source));
        let surveys: Vec<&Survey> = unchanged.chain(self.surveys.values()).collect();
        let of_links =
            surveys.par_iter().flat_map_iter(|survey| match self.site.page_of(&survey.record.source) {
                Some(page) => self.site.survey(page, &survey.slots, whole.shelf).notes,
                None => Vec::new(),
            });
        let mut said: Vec<Diagnostic> = of_links.collect();
        said.extend(surveys.iter().flat_map(|survey| survey.diagnostics()));
        // A file that has another name now takes along what was said of it.
        for found in &mut said {
            if let Some(new) = self.base.renamed.get(&found.file) {
                found.file = new.clone();
            }
        }
        said
    }
}

/// What the configuration of a base says of what is published.
fn content_at(base: &Base) -> Content {
    let file = base.read_all(&[SitePath::root().child("bindery.toml")]).pop().flatten();
    let text = file.and_then(|bytes| String::from_utf8(bytes).ok());
    // What could not be read then held nothing back.
    let said = text.and_then(|text| config::File::parse(&text).ok()).unwrap_or_default().content;
    let set = |patterns: &[String]| globs(patterns, "content").unwrap_or_default();
    Content { include: set(&said.include), exclude: set(&said.exclude) }
}

/// The sources of the base that have changed since, as they were.
fn surveys(base: &Base, shelf: &Shelf<'_>, found: &Found) -> BTreeMap<SitePath, Survey> {
    let known: HashMap<&SitePath, &Source> =
        found.sources.iter().map(|source| (&source.path, source)).collect();
    let then = content_at(base);
    let made = |path: &SitePath| {
        let format = Format::of_extension(&path.extension())?;
        Some(Source { path: path.clone(), format })
    };
    let source = |path: &SitePath| match (base.changed.contains(path), known.get(path)) {
        (true, Some(source)) => Some((*source).clone()),
        // What is there and is no page now was none then, as far as anybody can tell.
        (true, None) if found.files.contains(path) || found.parts.contains(path) => None,
        (true, None) => made(path).filter(|_| shelf.lies_within(path) && then.holds(path)),
        // What another configuration leaves out.
        (false, None) if then.holds(path) && !shelf.is_wanted(path) => {
            made(path).filter(|_| shelf.lies_within(path))
        }
        (false, _) => None,
    };
    let wanted: Vec<Source> = base.files.iter().filter_map(source).collect();
    let mut surveys = BTreeMap::new();
    for some in wanted.chunks(AT_ONCE) {
        let paths: Vec<SitePath> = some.iter().map(|source| source.path.clone()).collect();
        let read: Vec<(&Source, Option<Vec<u8>>)> = some.iter().zip(base.read_all(&paths)).collect();
        let surveyed: Vec<Survey> = read
            .par_iter()
            .filter_map(|(source, bytes)| Some((source, bytes.as_ref()?)))
            .filter(|(source, bytes)| {
                source.format != Format::Script || is_notebook(&source.path.extension(), bytes)
            })
            .map(|(source, bytes)| shelf.survey_of(source, bytes, jiff::civil::Date::MIN))
            .collect();
        surveys.extend(surveyed.into_iter().map(|survey| (survey.record.source.clone(), survey)));
    }
    surveys
}

/// The cells of a notebook that show something.
pub(super) fn shown(notebook: &Notebook) -> Vec<Shown> {
    let mut all = Vec::new();
    for cell in &notebook.cells {
        let CellKind::Code(code) = &cell.kind else { continue };
        if code.outputs.is_empty() {
            continue;
        }
        // Comments and white space change nothing.
        let leader = code.lang.comment().unwrap_or("#");
        let lines =
            cell.source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(leader));
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        all.push(Shown {
            at: cell.at.clone(),
            source: Digest::of(words.join(" ").as_bytes()),
            outputs: digest(&code.outputs),
            count: code.count,
        });
    }
    all
}

fn digest(outputs: &[Output]) -> Digest {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for output in outputs {
        match output {
            Output::Stream { text, .. } => parts.push(text.clone().into_bytes()),
            Output::Error { name, message, traceback } => {
                parts.extend([name, message].map(|text| text.clone().into_bytes()));
                parts.extend(traceback.iter().map(|line| line.clone().into_bytes()));
            }
            Output::Data { bundle, .. } => {
                for (mime, data) in &bundle.0 {
                    parts.push(mime.clone().into_bytes());
                    parts.push(match data {
                        MimeData::Text(text) => text.clone().into_bytes(),
                        MimeData::Json(value) => value.to_string().into_bytes(),
                    });
                }
            }
        }
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    Digest::of_parts(&parts)
}

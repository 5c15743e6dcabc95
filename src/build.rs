//! `bindery build`: the whole way from a repo to a site on the disk.

mod ask;
mod copy;
mod index;
mod linked;
mod page;
mod single;

pub use ask::{Answer, Excerpt, ask};
pub use single::build_single;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::cache::{Cache, Last, Ledger};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Note, Rule, Severity};
use crate::digest::Digest;
use crate::disk::{self, Found, PublishCount, Publisher, Twin};
use crate::history::{self, History};
use crate::notebook::check_rules;
use crate::path::SitePath;
use crate::site::{Edition, Input, Product, Review, Site};
use crate::theme::{Chain, Theme};
pub(crate) use index::{Gathering, Quoted, Rewrite};
pub(crate) use linked::{secrets_of, shown as linked};
pub(crate) use page::{Made, Stores, Works};

/// What a build was asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The root of the repo.
    pub root: PathBuf,
    /// The folder whose pages are made, relative to the root.
    pub src: SitePath,
    /// Where the site goes.
    pub out: PathBuf,
    /// The moment to give as the site's, instead of HEAD's (`SOURCE_DATE_EPOCH`), RFC 3339.
    pub date: Option<String>,
    /// The configuration.
    pub config: Arc<Config>,
    /// The folder of what is kept from one run to the next; without one nothing is kept.
    pub cache: Option<PathBuf>,
    /// What is made beside the pages.
    pub extras: Extras,
}

/// What a site can have beside its pages.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Extras {
    /// Where a copy of the whole site goes, as a ZIP file in it.
    pub archive: Option<SitePath>,
    /// How text is compressed for servers that send it so.
    pub twins: Vec<Twin>,
    /// What a branch changes, for those who review it.
    pub review: Option<Arc<Review>>,
}

impl Request {
    /// The cache; one for this run alone, at `scratch`, where none is wanted or it cannot be used,
    /// and why not.
    ///
    /// # Errors
    /// Why even that cannot be had.
    fn cache(&self, scratch: &Path) -> Result<(Cache, Option<String>), String> {
        match self.cache.as_deref().map(Cache::open) {
            Some(Ok(cache)) => Ok((cache, None)),
            Some(Err(why)) => Ok((Cache::temporary(scratch)?, Some(why))),
            None => Ok((Cache::temporary(scratch)?, None)),
        }
    }
}

/// What a build did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many pages the site has.
    pub pages: usize,
    /// Everything that was found, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// What was put on the disk.
    pub files: PublishCount,
    /// Why nothing could be kept for the next run.
    pub uncached: Option<String>,
}

impl Outcome {
    /// How many diagnostics have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.note.severity == severity).count()
    }
}

/// Told how far a build is: what is done, how much of how many.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Builds a site.
///
/// # Errors
/// Why it could not run: configuration, theme, disk. Errors of the content are in the outcome.
pub fn build(request: &Request, progress: Progress<'_>) -> Result<Outcome, String> {
    check_rules(&request.config.reading.cells)?;
    let mut publisher = Publisher::open(&request.out)?;
    publisher.renames_inside(&search_folder());
    let (cache, mut uncached) = request.cache(&publisher.scratch())?;
    let cache = Arc::new(cache);
    let (outcome, last) = match bind(request, (&mut publisher, &cache), progress) {
        Ok(bound) => bound,
        // A cache that cannot be written or read is no reason to have no site. What was torn is no
        // more, and the next build keeps it anew.
        Err(why) if cache.is_kept() && (cache.is_broken() || cache.is_torn()) => {
            drop(publisher);
            let uncached = Some(why).filter(|_| !cache.is_torn());
            let without = Request { cache: None, ..request.clone() };
            return Ok(Outcome { uncached, ..build(&without, progress)? });
        }
        Err(error) => return Err(error),
    };
    let Some((mut last, ledger)) = last else {
        publisher.abandon();
        return Ok(outcome);
    };
    // A temporary cache lies in the stage, which the commit clears away.
    let cache = Some(cache).filter(|cache| cache.is_kept());
    let (files, receipts) = publisher.commit()?;
    if let Some(cache) = cache {
        last.receipts = receipts;
        cache.tidy();
        uncached = cache.keep_last(&request.out, &last).and_then(|()| cache.keep_ledger(&ledger)).err();
    }
    Ok(Outcome { files, uncached, ..outcome })
}

/// Where the index of search stands.
fn search_folder() -> SitePath {
    SitePath::root().child("_bindery").child("search")
}

/// What has to be kept when a site stands: `None` where it stood there already.
type ToKeep = Option<(Last, Ledger)>;

/// Makes all files of a site and stages them.
fn bind(
    request: &Request,
    (publisher, cache): (&mut Publisher, &Arc<Cache>),
    progress: Progress<'_>,
) -> Result<(Outcome, ToKeep), String> {
    let Request { root, src, out, config, .. } = request;
    let theme = Arc::new(theme(root, config)?);
    let found = disk::walk(root, src, out, config)?;
    let ledger = cache.ledger(root);
    let wanted: BTreeSet<SitePath> = found.sources.iter().map(|source| source.path.clone()).collect();
    let read_history = || history::read(root, &wanted);
    let last = cache.last(out);
    let mut history = None;
    if let Some(last) = &last {
        let history = history.insert(read_history());
        publisher.trust(last.receipts.clone());
        if last.holds(inputs(request, &theme, (&found, history)), &ledger) && publisher.is_as_left() {
            let (pages, diagnostics) = (last.pages, last.diagnostics());
            let files = PublishCount { footprint: last.receipts.footprint(), ..PublishCount::default() };
            return Ok((Outcome { pages, diagnostics, files, ..Outcome::default() }, None));
        }
    }
    let steps = found.sources.len() * 2;
    let done = std::sync::atomic::AtomicUsize::new(0);
    let step = || progress(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, steps);
    let gathering = Gathering::new(cache);
    let stores = Stores { cache, ledger: &ledger, publisher: Some(publisher) };
    let (history, rendered) = rayon::join(
        || history.unwrap_or_else(read_history),
        || rendered(request, &found, (stores, &gathering), &step),
    );
    let inputs = inputs(request, &theme, (&found, &history));
    let Found { files, notes, .. } = found;
    let History { mut changes, tracked, head, commit, notes: history_notes } = history;
    let mut diagnostics = notes;
    diagnostics.extend(history_notes.into_iter().map(|note| Diagnostic::new(&SitePath::root(), note)));
    let mut pages = Vec::with_capacity(wanted.len());
    for Made { record: mut page, notes, .. } in rendered? {
        page.change = changes.remove(&page.source);
        diagnostics.extend(notes.into_iter().map(|note| Diagnostic::new(&page.source, note)));
        pages.push(Arc::new(page));
    }
    if pages.is_empty() {
        diagnostics.push(Diagnostic::new(
            src,
            Note::warning(Rule::Skipped, "no notebook and no Markdown page was found")
                .help("name the folder that holds them: bindery build FOLDER"),
        ));
    }
    let edition = Edition {
        built: request.date.clone().or(head),
        commit,
        archive: request.extras.archive.clone(),
        is_copy: false,
        review: request.extras.review.clone(),
    };
    let mut drafts = wanted;
    drafts.retain(|source| pages.binary_search_by(|page| page.source.cmp(source)).is_err());
    diagnostics.extend(
        drafts
            .iter()
            .map(|draft| Diagnostic::new(draft, Note::info(Rule::Skipped, "it is a draft, and left out"))),
    );
    let input =
        Input { config: config.clone(), theme, pages, drafts, files, tracked, src: src.clone(), edition };
    let (site, notes) = Site::assemble(input);
    diagnostics.extend(notes);
    let linked = Mutex::new(BTreeSet::new());
    let found = Mutex::new(Vec::new());
    site.products().par_iter().try_for_each(|product| -> Result<(), String> {
        let produced = site.produce(product, &**cache)?;
        publisher.put(&site.path(product), &produced.bytes)?;
        if matches!(product, Product::Page(_)) {
            linked.lock().unwrap_or_else(PoisonError::into_inner).extend(produced.files);
            found.lock().unwrap_or_else(PoisonError::into_inner).extend(produced.notes);
            step();
        }
        Ok(())
    })?;
    diagnostics.extend(found.into_inner().unwrap_or_else(PoisonError::into_inner));
    let linked = linked.into_inner().unwrap_or_else(PoisonError::into_inner);
    let copied: Vec<Vec<Diagnostic>> = linked
        .par_iter()
        .map(|(file, place)| {
            let read = ledger.read(file).map(|(bytes, _)| bytes);
            let notes = match linked::shown(file, read, &config.reading) {
                Ok(shown) => publisher.put(place, &shown.bytes).map(|()| shown.notes)?,
                Err(note) => vec![*note],
            };
            Ok(notes.into_iter().map(|note| Diagnostic::new(file, note)).collect())
        })
        .collect::<Result<_, String>>()?;
    diagnostics.extend(copied.into_iter().flatten());
    let folder = search_folder();
    let put = |path: &str, text: String| {
        let path = folder.join(path).ok_or("no name of a file of the index")?;
        publisher.put(&path, text.as_bytes())
    };
    gathering.finish(&site, &put, Rewrite::WhenDue)?.write(&site, &put)?;
    diagnostics.sort();
    diagnostics.dedup();
    let pages = site.len();
    copy::archive(site, publisher, &**cache)?;
    publisher.put_twins(&request.extras.twins)?;
    let last = Last::new(inputs, &ledger, (pages, &diagnostics));
    Ok((Outcome { pages, diagnostics, ..Outcome::default() }, Some((last, ledger))))
}

/// Of all that a build is made of, but for the content of files.
fn inputs(request: &Request, theme: &Theme, (found, history): (&Found, &History)) -> Digest {
    let Request { src, date, config, extras, .. } = request;
    let config = serde_json::to_vec(&**config).unwrap_or_default();
    let notes: Vec<_> = found.notes.iter().map(|said| (&said.file, &said.note)).collect();
    let walked = postcard::to_stdvec(&(&found.sources, &found.files, &found.parts, notes));
    let changes: Vec<_> = found.sources.iter().map(|source| history.changes.get(&source.path)).collect();
    let told =
        postcard::to_stdvec(&(changes, &history.tracked, &history.head, &history.commit, &history.notes));
    let asked = postcard::to_stdvec(&(src, date, theme.digest(), extras));
    let parts = [Ok(config), walked, told, asked].map(Result::unwrap_or_default);
    Digest::of_parts(&parts.each_ref().map(Vec::as_slice))
}

/// The theme that a site wants, with its files.
///
/// # Errors
/// What is wrong with it or with its options.
pub fn theme(root: &Path, config: &Config) -> Result<Theme, String> {
    let chain = Chain::new(&config.theme, &|name| disk::theme(root, name))?;
    let theme = Theme::new(chain, &config.theme_options, &config.language, &|path| {
        disk::read_inside(root, path).map_err(|error| format!("`{path}`: {error}"))
    });
    theme.map_err(
        |error| if error.starts_with("`theme.") { format!("`bindery.toml`: {error}") } else { error },
    )
}

/// Reads and renders all sources that are no drafts, side by side: they are gathered for search,
/// and their bodies rest in the cache then.
fn rendered(
    request: &Request,
    found: &Found,
    (stores, gathering): (Stores<'_>, &Gathering),
    step: &(dyn Fn() + Sync),
) -> Result<Vec<Made>, String> {
    let open = found.open();
    let works = Works::new((&request.root, &request.src, &request.config), &open, (stores, gathering));
    let pages = found
        .sources
        .par_iter()
        .map(|source| works.page(source).inspect(|_| step()))
        .collect::<Result<Vec<_>, String>>()?;
    Ok(pages.into_iter().flatten().collect())
}

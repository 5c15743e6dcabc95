//! `bindery build`: the whole way from a repo to a site on the disk.

mod ask;
mod index;

pub use ask::{Answer, Excerpt, ask};

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use rayon::prelude::*;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Note, Rule, Severity};
use crate::disk::{self, Found, Packs, PublishCount, Publisher, Source};
use crate::history::{self, History};
use crate::notebook::{Around, Files, Format, NoFiles, Notebook, Published, check_rules, is_lfs_pointer};
use crate::path::{SitePath, percent_decode};
use crate::render;
use crate::site::{Dates, Input, PageRecord, Product, Site, csp_of, out_path, script_place};
use crate::theme::{Chain, Theme, labels::direction, view};

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
    let Request { root, src, out, config, .. } = request;
    check_rules(&config.cells)?;
    let theme = Arc::new(theme(root, config)?);
    let found = disk::walk(root, src, out, config)?;
    let publisher = Publisher::open(out)?;
    let packs = Packs::new(publisher.scratch()).map_err(|error| format!("`{}`: {error}", out.display()))?;
    let wanted: BTreeSet<SitePath> = found.sources.iter().map(|source| source.path.clone()).collect();
    let steps = found.sources.len() * 2;
    let done = std::sync::atomic::AtomicUsize::new(0);
    let step = || progress(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, steps);
    let gathering = index::Gathering::new(&packs, found.sources.len());
    let (history, rendered) = rayon::join(
        || history::read(root, &wanted),
        || rendered(request, &found, (&packs, &gathering, Some(&publisher)), &step),
    );
    let Found { sources, files, notes, .. } = found;
    let History { mut changes, tracked, head, notes: history_notes } = history;
    let mut diagnostics = notes;
    diagnostics.extend(history_notes.into_iter().map(|note| Diagnostic::new(&SitePath::root(), note)));
    let mut pages = Vec::with_capacity(sources.len());
    for (mut page, notes) in rendered? {
        page.change = changes.remove(&page.source);
        diagnostics.extend(notes.into_iter().map(|note| Diagnostic::new(&page.source, note)));
        pages.push(page);
    }
    if pages.is_empty() {
        diagnostics.push(Diagnostic::new(
            src,
            Note::warning(Rule::Skipped, "no notebook and no Markdown page was found")
                .help("name the folder that holds them: bindery build FOLDER"),
        ));
    }
    let dates = Dates { built: request.date.clone().or(head) };
    let input = Input { config: config.clone(), theme, pages, files, tracked, src: src.clone(), dates };
    let (site, notes) = Site::assemble(input);
    diagnostics.extend(notes);
    let linked = Mutex::new(BTreeSet::new());
    let found = Mutex::new(Vec::new());
    site.products().par_iter().try_for_each(|product| -> Result<(), String> {
        let produced = site.produce(product, &packs)?;
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
    let copied: Vec<Option<Diagnostic>> = linked
        .par_iter()
        .map(|(file, place)| copy_file(request, file, place, &publisher))
        .collect::<Result<_, String>>()?;
    diagnostics.extend(copied.into_iter().flatten());
    let folder = SitePath::root().child("_bindery").child("search");
    let put = |path: &str, text: String| {
        let path = folder.join(path).ok_or("no name of a file of the index")?;
        publisher.put(&path, text.as_bytes())
    };
    gathering.finish(&sources, &site, &put)?.write(&site, &put)?;
    drop(packs);
    let files = publisher.commit()?;
    diagnostics.sort();
    diagnostics.dedup();
    Ok(Outcome { pages: site.len(), diagnostics, files })
}

/// The theme that a site wants, with its files.
///
/// # Errors
/// What is wrong with it or with its options.
pub fn theme(root: &Path, config: &Config) -> Result<Theme, String> {
    let chain = Chain::new(&config.theme, &|name| disk::theme(root, name))?;
    Theme::new(chain, &config.theme_options, &config.language, &|path| {
        disk::read_inside(root, path).map_err(|error| format!("`{path}`: {error}"))
    })
}

/// Reads and renders all sources that are no drafts, side by side: they are gathered for search,
/// and where there is a publisher, their bodies and files are on the disk then.
fn rendered(
    request: &Request,
    found: &Found,
    (packs, gathering, publisher): (&Packs, &index::Gathering<'_>, Option<&Publisher>),
    step: &(dyn Fn() + Sync),
) -> Result<Vec<(PageRecord, Vec<Note>)>, String> {
    let wanted = found.sources.iter().map(|source| &source.path);
    let open: BTreeSet<SitePath> = found.files.iter().chain(&found.parts).chain(wanted).cloned().collect();
    let works = Works {
        root: &request.root,
        src: &request.src,
        config: &request.config,
        open: &open,
        publisher,
        packs,
        gathering,
    };
    let pages = found
        .sources
        .par_iter()
        .enumerate()
        .map(|(number, source)| works.page(number, source).inspect(|_| step()))
        .collect::<Result<Vec<_>, String>>()?;
    Ok(pages.into_iter().flatten().collect())
}

/// What every page is made with.
struct Works<'a> {
    root: &'a Path,
    src: &'a SitePath,
    config: &'a Config,
    open: &'a BTreeSet<SitePath>,
    /// Where files go; without one none are made.
    publisher: Option<&'a Publisher>,
    packs: &'a Packs,
    gathering: &'a index::Gathering<'a>,
}

impl Works<'_> {
    /// Reads and renders one source; its body, downloads and assets are on the disk then. A draft
    /// gives nothing.
    fn page(&self, number: usize, source: &Source) -> Result<Option<(PageRecord, Vec<Note>)>, String> {
        let bytes = match disk::read_inside(self.root, &source.path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let note = Note::error(Rule::NotebookInvalid, format!("the file cannot be read: {error}"));
                return Ok(Some(failed(source, vec![note])));
            }
        };
        let files = RepoFiles { root: self.root, open: self.open };
        let around = Around { path: &source.path, config: self.config, files: &files };
        let rendered = catch_unwind(AssertUnwindSafe(|| render_one(&bytes, source.format, &around)));
        let Ok((published, mut rendered, mut notes)) = rendered else {
            let note = Note::error(
                Rule::NotebookInvalid,
                "bindery failed on this file, which is a fault of bindery",
            )
            .help("please report it with the file");
            return Ok(Some(failed(source, vec![note])));
        };
        if notes.iter().any(|note| note.severity == Severity::Error) {
            return Ok(Some(failed(source, notes)));
        }
        if published.notebook().front.draft {
            return Ok(None);
        }
        rendered.body.size_images(|target| self.picture_size(&source.path, target));
        let units = std::mem::take(&mut rendered.units);
        let script = published.script().filter(|_| self.config.outputs.downloads);
        let outline = std::mem::take(&mut rendered.outline);
        let mut record = PageRecord::new(&source.path, &published, outline, script.as_ref());
        let local = source.path.below(self.src).unwrap_or_else(|| source.path.clone());
        record.downloads.notebook &= self.config.outputs.downloads;
        self.gathering.add(number, (&record, &units), (&self.config.language, &local))?;
        if let Some(publisher) = self.publisher {
            self.packs
                .put(&source.path, &rendered.body)
                .map_err(|error| format!("the body of `{}` cannot be kept: {error}", source.path))?;
            for asset in &rendered.assets {
                publisher.put(&out_path(&asset.name), &asset.bytes)?;
            }
            if record.downloads.notebook {
                match published.copy(&bytes) {
                    Some(copy) => publisher.put(&local, &copy)?,
                    None => record.downloads.notebook = false,
                }
            }
            if let Some(script) = script {
                let place = script_place(&local, &script.extension);
                publisher.put(&place, script.text.as_bytes())?;
            }
        }
        notes.extend(rendered.notes);
        Ok(Some((record, notes)))
    }
}

fn render_one(bytes: &[u8], format: Format, around: &Around<'_>) -> (Published, render::Rendered, Vec<Note>) {
    let (notebook, notes) = Notebook::read(bytes, format, around);
    let published = Published::new(notebook);
    let rendered = render::body(&published, &around.config.outputs);
    (published, rendered, notes)
}

/// How much of a picture is read for its size, in bytes: what cameras write before it, or a whole
/// drawing.
const PICTURE_HEAD: u64 = 256 << 10;

impl Works<'_> {
    /// The size of a picture of the repo that a page shows.
    fn picture_size(&self, page: &SitePath, target: &str) -> Option<(usize, usize)> {
        let target = percent_decode(target)?;
        let path = match target.strip_prefix('/') {
            Some(rest) => SitePath::root().join(rest),
            None => page.parent().join(&target),
        }?;
        let head = self.open.contains(&path).then(|| disk::head_inside(self.root, &path, PICTURE_HEAD))??;
        render::picture_size(&head)
    }
}

/// The files that pages may include: those that the walk found open, below the root.
struct RepoFiles<'a> {
    root: &'a Path,
    open: &'a BTreeSet<SitePath>,
}

impl Files for RepoFiles<'_> {
    fn text(&self, path: &SitePath) -> Result<String, String> {
        if !self.open.contains(path) {
            return Err(format!("`{path}` is not in the repo, or hidden, or ignored"));
        }
        let bytes = disk::read_inside(self.root, path).map_err(|error| format!("`{path}`: {error}"))?;
        if is_lfs_pointer(&bytes) {
            return Err(format!("a Git LFS pointer stands in place of `{path}`"));
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match std::str::from_utf8(text) {
            Ok(text) => Ok(text.replace("\r\n", "\n")),
            Err(_) => Err(format!("`{path}` is no UTF-8 text")),
        }
    }
}

/// The page of a source that could not be read: it says so.
fn failed(source: &Source, notes: Vec<Note>) -> (PageRecord, Vec<Note>) {
    let lines = notes
        .iter()
        .filter(|note| note.severity == Severity::Error)
        .map(|note| match note.line {
            Some(line) => format!("{} (line {line})", note.message),
            None => note.message.clone(),
        })
        .collect();
    (PageRecord::failed(&source.path, lines), notes)
}

/// Publishes a file of the repo that a page links.
fn copy_file(
    request: &Request,
    file: &SitePath,
    place: &SitePath,
    publisher: &Publisher,
) -> Result<Option<Diagnostic>, String> {
    let say = |message: String, help: &str| {
        Ok(Some(Diagnostic::new(file, Note::warning(Rule::LinkUnpublished, message).help(help))))
    };
    let bytes = match disk::read_inside(&request.root, file) {
        Ok(bytes) => bytes,
        Err(error) => return say(format!("the linked file cannot be read: {error}"), "look at its rights"),
    };
    if is_lfs_pointer(&bytes) {
        return say("a Git LFS pointer stands in place of the linked file".to_owned(), "run `git lfs pull`");
    }
    if file.extension() == "svg" {
        return match render::clean_svg(&bytes) {
            Ok(clean) => publisher.put(place, &clean).map(|()| None),
            Err(why) => say(format!("the linked picture cannot be shown: {why}"), "save it as plain SVG"),
        };
    }
    if file.extension() == "ipynb" {
        let around = Around { path: file, config: &request.config, files: &NoFiles };
        let (notebook, _) = Notebook::read(&bytes, Format::Ipynb, &around);
        return match Published::new(notebook).copy(&bytes) {
            Some(copy) => publisher.put(place, &copy).map(|()| None),
            None => say("the linked notebook cannot be filtered".to_owned(), "publish it as a page"),
        };
    }
    publisher.put(place, &bytes).map(|()| None)
}

/// Builds one notebook into one HTML file that carries everything: pictures, style, scripts.
///
/// # Errors
/// Why it could not run: the file cannot be read at all, or the theme fails.
pub fn build_single(
    root: &Path,
    source: &Source,
    config: Arc<Config>,
) -> Result<(Vec<u8>, Vec<Diagnostic>), String> {
    check_rules(&config.cells)?;
    let bytes = disk::read_inside(root, &source.path)
        .map_err(|error| format!("`{}` cannot be read: {error}", source.path))?;
    // In the pool, whose threads have room for what is deeply nested.
    let files = Beside { root };
    let around = Around { path: &source.path, config: &config, files: &files };
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
        (record, notes) = failed(source, notes);
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
        let bytes = disk::read_inside(self.root, path).map_err(|error| format!("`{path}`: {error}"))?;
        String::from_utf8(bytes).map_err(|_| format!("`{path}` is no UTF-8 text"))
    }
}

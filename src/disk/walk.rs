//! Discover: one walk over the repo.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use crate::config::{Config, NavFile, globs};
use crate::diagnostic::{Diagnostic, Note, Rule};
use crate::notebook::{Format, is_notebook, jupytext_formats};
use crate::path::SitePath;

/// A file that becomes a page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Source {
    /// Where it is, relative to the root.
    pub path: SitePath,
    /// How it is read.
    pub format: Format,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files that become pages, sorted.
    pub sources: Vec<Source>,
    /// All other files below the root, sorted.
    pub files: BTreeSet<SitePath>,
    /// Files that another tool's configuration keeps from being pages: they may be included, and
    /// are not published by themselves.
    pub parts: BTreeSet<SitePath>,
    /// The folders that were walked.
    pub folders: Vec<SitePath>,
    /// What was passed over and why.
    pub notes: Vec<Diagnostic>,
}

/// Folders of tools, never of authors. Hidden folders are passed over as well.
const TOOLS: [&str; 4] = ["node_modules", "__pycache__", "site-packages", "__MACOSX"];

/// The root of the repo that `src` lies in: the nearest folder with a `bindery.toml` or a `.git`,
/// else `src` itself. What lies above a git repo is not its business.
pub fn find_root(src: &Path) -> PathBuf {
    let is_root = |folder: &&Path| ["bindery.toml", ".git"].iter().any(|name| folder.join(name).exists());
    src.ancestors().find(is_root).unwrap_or(src).to_path_buf()
}

/// Walks the repo at `root`. Pages are taken from the folder `src` (relative to it); `out` is
/// where the site goes and is not walked.
///
/// # Errors
/// A glob of the configuration that cannot be read.
pub fn walk(root: &Path, src: &SitePath, out: &Path, config: &Config) -> Result<Found, String> {
    let include = globs(&config.include, "content.include")?;
    let exclude = globs(&config.exclude, "content.exclude")?;
    let foreign = Foreign::new(config.nav.as_ref());
    let mut found = Found::default();
    let mut ignores: Vec<(usize, Gitignore)> = Vec::new();
    let mut pages: Vec<Source> = Vec::new();
    let mut links: BTreeMap<SitePath, SitePath> = BTreeMap::new();
    let mut entries = WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let place = error.path().and_then(|path| relative(root, path)).unwrap_or_default();
                let why = error
                    .io_error()
                    .map_or_else(|| "it leads back to itself".to_owned(), ToString::to_string);
                found.say(&place, Note::error(Rule::Skipped, format!("it cannot be read: {why}")));
                continue;
            }
        };
        let depth = entry.depth();
        ignores.retain(|(of, _)| *of < depth);
        if depth == 0 {
            found.folders.push(SitePath::root());
            ignores = outer_ignores(root);
            push_ignores(entry.path(), depth, &mut ignores);
            continue;
        }
        let Some(path) = relative(root, entry.path()) else {
            let name = entry.path().to_string_lossy().into_owned();
            found.say(
                &SitePath::root(),
                Note::warning(Rule::Skipped, format!("the name {name:?} is no UTF-8; passed over"))
                    .help("rename the file"),
            );
            if entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
            continue;
        };
        let is_dir = entry.file_type().is_dir();
        if is_ignored(&ignores, entry.path(), is_dir) {
            if is_dir {
                entries.skip_current_dir();
            }
            continue;
        }
        if is_dir {
            if is_passed_over(&entry, out) {
                entries.skip_current_dir();
            } else {
                push_ignores(entry.path(), depth, &mut ignores);
                found.folders.push(path);
            }
            continue;
        }
        if entry.path_is_symlink() {
            match found.follow(root, &entry, &path) {
                Some(target) => drop(links.insert(path.clone(), target)),
                None => continue,
            }
        }
        // Hidden files are for tools; secrets like to live in them.
        if path.name().starts_with('.') {
            continue;
        }
        // What is excluded is passed over, be it a page or a file that pages link.
        if exclude.is_match(path.as_str()) {
            continue;
        }
        let named = !config.include.is_empty() && include.is_match(path.as_str());
        let is_page = path.below(src).is_some() && (config.include.is_empty() || named);
        let format = match Format::of_extension(&path.extension()) {
            // A script is a page where it says that it is a notebook, or where somebody names it.
            Some(Format::Script) if !is_page || !is_script_notebook(entry.path(), &path, named) => None,
            format => format,
        };
        match format {
            Some(_) if is_page && !named && foreign.leaves_out(&path) => drop(found.parts.insert(path)),
            Some(format) if is_page => pages.push(Source { path, format }),
            _ => {
                found.files.insert(path);
            }
        }
    }
    found.close(&links, &mut pages);
    if let Some(nav) = config.nav.as_ref().filter(|_| !found.parts.is_empty()) {
        let names: Vec<&str> = found.parts.iter().take(5).map(SitePath::as_str).collect();
        let more = if found.parts.len() > 5 { ", …" } else { "" };
        let said = format!(
            "{} left out, as this file of {} has it: {}{more}",
            if names.len() == 1 {
                "one page is".to_owned()
            } else {
                format!("{} pages are", found.parts.len())
            },
            nav.tool,
            names.join(", ")
        );
        let note = Note::info(Rule::Skipped, said).help("name them in `content.include` to publish them");
        found.say(&nav.path, note);
    }
    let notebooks: BTreeSet<SitePath> =
        pages.iter().filter(|page| page.format == Format::Ipynb).map(|page| page.path.clone()).collect();
    for page in pages {
        match twin_of(root, &page, &notebooks) {
            Some(twin) => found.say(
                &page.path,
                Note::info(Rule::Skipped, format!("it is the text form of `{twin}`, which is published")),
            ),
            None => found.sources.push(page),
        }
    }
    found.sources.sort_by(|a, b| a.path.cmp(&b.path));
    found.submodules(root);
    Ok(found)
}

impl Found {
    /// The files that pages may take in: all that is not hidden or ignored.
    pub fn open(&self) -> BTreeSet<SitePath> {
        let sources = self.sources.iter().map(|source| &source.path);
        self.files.iter().chain(&self.parts).chain(sources).cloned().collect()
    }

    fn say(&mut self, path: &SitePath, note: Note) {
        self.notes.push(Diagnostic::new(path, note));
    }

    /// Passes over the links that lead to a file which the walk did not find: it is hidden, ignored
    /// or excluded, and a second name does not change that.
    fn close(&mut self, links: &BTreeMap<SitePath, SitePath>, pages: &mut Vec<Source>) {
        if links.is_empty() {
            return;
        }
        let of_pages: BTreeSet<&SitePath> = pages.iter().map(|page| &page.path).collect();
        let is_found = |target: &SitePath| self.files.contains(target) || of_pages.contains(target);
        let closed: Vec<&SitePath> =
            links.iter().filter(|(_, target)| !is_found(target)).map(|(link, _)| link).collect();
        for link in closed {
            self.files.remove(link);
            pages.retain(|page| page.path != *link);
            let why = "the link leads to a file that is hidden, ignored or excluded";
            self.say(link, Note::warning(Rule::Skipped, format!("{why}; passed over")));
        }
    }

    /// The file that a link leads to: only one inside the root and of the same kind.
    fn follow(&mut self, root: &Path, entry: &DirEntry, path: &SitePath) -> Option<SitePath> {
        let why = match fs::canonicalize(entry.path()) {
            Err(error) => format!("the link leads nowhere: {error}"),
            Ok(real) if real.is_dir() => {
                "the link leads to a folder; its files are published where they are".to_owned()
            }
            Ok(real) => match fs::canonicalize(root).ok().and_then(|root| relative(&root, &real)) {
                None => "the link leaves the repo".to_owned(),
                Some(target) if target.extension() != path.extension() => {
                    "the link leads to a file of another kind".to_owned()
                }
                Some(target) => return Some(target),
            },
        };
        self.say(path, Note::warning(Rule::Skipped, format!("{why}; passed over")));
        None
    }

    /// Submodules that were not checked out: their notebooks are missing.
    fn submodules(&mut self, root: &Path) {
        let Ok(text) = fs::read_to_string(root.join(".gitmodules")) else { return };
        for line in text.lines() {
            let Some(("path", path)) =
                line.trim().split_once('=').map(|(key, value)| (key.trim(), value.trim()))
            else {
                continue;
            };
            let Some(path) = SitePath::new(path) else { continue };
            let is_empty =
                fs::read_dir(super::place(root, &path)).map_or(true, |mut entries| entries.next().is_none());
            if is_empty {
                self.say(
                    &path,
                    Note::warning(Rule::Skipped, "the submodule is empty").help(
                        "run `git submodule update --init`, in CI set `GIT_SUBMODULE_STRATEGY: recursive`",
                    ),
                );
            }
        }
    }
}

/// Whether a page may take in the file at `path`, where no walk was made: nothing on its way or on
/// that of the file it leads to is hidden or ignored.
pub fn is_open(root: &Path, path: &SitePath) -> bool {
    let real = fs::canonicalize(super::place(root, path)).ok().zip(fs::canonicalize(root).ok());
    let Some(target) = real.and_then(|(real, root)| relative(&root, &real)) else { return false };
    [path, &target].into_iter().all(|path| {
        let mut ignores = outer_ignores(root);
        let mut place = root.to_path_buf();
        let last = path.segments().count();
        path.segments().enumerate().all(|(depth, segment)| {
            push_ignores(&place, depth, &mut ignores);
            place.push(segment);
            let is_dir = depth + 1 < last;
            let passed_over = segment.starts_with('.') || (is_dir && TOOLS.contains(&segment));
            !passed_over && !is_ignored(&ignores, &place, is_dir)
        })
    })
}

/// What another tool's configuration publishes as pages.
struct Foreign {
    left_out: GlobSet,
    only: Option<GlobSet>,
}

impl Foreign {
    /// Globs that cannot be read mean nothing, as in their own tool.
    fn new(nav: Option<&NavFile>) -> Self {
        let set = |patterns: &[String]| {
            let mut set = GlobSetBuilder::new();
            for pattern in patterns {
                for pattern in [pattern.clone(), format!("{}/**", pattern.trim_end_matches('/'))] {
                    set.add(match GlobBuilder::new(&pattern).literal_separator(true).build() {
                        Ok(glob) => glob,
                        Err(_) => continue,
                    });
                }
            }
            set.build().unwrap_or_default()
        };
        let only = nav.map(|nav| nav.only.as_slice()).filter(|only| !only.is_empty());
        Self { left_out: set(nav.map_or(&[], |nav| &nav.left_out)), only: only.map(set) }
    }

    fn leaves_out(&self, path: &SitePath) -> bool {
        self.left_out.is_match(path.as_str())
            || self.only.as_ref().is_some_and(|only| !only.is_match(path.as_str()))
    }
}

fn relative(root: &Path, path: &Path) -> Option<SitePath> {
    let mut relative = SitePath::root();
    for part in path.strip_prefix(root).ok()? {
        relative = relative.child(part.to_str()?);
    }
    Some(relative)
}

/// What git ignores by files above the root, and by the repo's own list.
fn outer_ignores(root: &Path) -> Vec<(usize, Gitignore)> {
    let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) else { return Vec::new() };
    let mut ignores = Vec::new();
    let mut builder = GitignoreBuilder::new(top);
    let exclude = top.join(".git").join("info").join("exclude");
    if exclude.is_file()
        && builder.add(&exclude).is_none()
        && let Ok(matcher) = builder.build()
    {
        ignores.push((0, matcher));
    }
    let mut above: Vec<&Path> =
        root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
    above.reverse();
    for folder in above {
        push_ignores(folder, 0, &mut ignores);
    }
    ignores
}

fn push_ignores(folder: &Path, depth: usize, ignores: &mut Vec<(usize, Gitignore)>) {
    let mut builder = GitignoreBuilder::new(folder);
    let mut any = false;
    for name in [".gitignore", ".binderyignore"] {
        let file = folder.join(name);
        if file.is_file() {
            // A pattern that cannot be read is left out, as git does.
            let _ = builder.add(&file);
            any = true;
        }
    }
    if let (true, Ok(matcher)) = (any, builder.build()) {
        ignores.push((depth, matcher));
    }
}

fn is_ignored(ignores: &[(usize, Gitignore)], path: &Path, is_dir: bool) -> bool {
    for (_, matcher) in ignores.iter().rev() {
        let verdict = matcher.matched(path, is_dir);
        if !verdict.is_none() {
            return verdict.is_ignore();
        }
    }
    false
}

fn is_passed_over(entry: &DirEntry, out: &Path) -> bool {
    let name = entry.file_name().to_string_lossy();
    let tool = TOOLS.contains(&name.as_ref());
    name.starts_with('.')
        || name == "_bindery"
        || tool
        || entry.path() == out
        || entry.path().join("pyvenv.cfg").exists()
        || entry.path().join("conda-meta").is_dir()
        // Caches of any program, <https://bford.info/cachedir/>.
        || entry.path().join("CACHEDIR.TAG").is_file()
        || entry.path().join(super::publish::MANIFEST).exists()
}

/// Scripts larger than this are no notebooks, in bytes.
const MAX_SCRIPT: u64 = 2_000_000;

/// Whether a script is a notebook. One that the configuration names needs no more than a cell.
fn is_script_notebook(file: &Path, path: &SitePath, named: bool) -> bool {
    if fs::metadata(file).map_or(true, |meta| meta.len() > MAX_SCRIPT) {
        return false;
    }
    let Ok(bytes) = fs::read(file) else { return false };
    is_notebook(&path.extension(), &bytes) || (named && bytes.windows(2).any(|pair| pair == b"%%"))
}

/// The notebook that a text file is the other form of (jupytext's pairs): one beside it, or where
/// the folders in its `formats` say. The notebook has the outputs, so it is published.
fn twin_of(root: &Path, page: &Source, notebooks: &BTreeSet<SitePath>) -> Option<SitePath> {
    if page.format == Format::Ipynb {
        return None;
    }
    let beside = page.path.with_extension("ipynb");
    let near = notebooks.contains(&beside);
    if !near && !notebooks.iter().any(|notebook| notebook.stem() == page.path.stem()) {
        return None;
    }
    let mut head = vec![0; 4096];
    let length =
        fs::File::open(super::place(root, &page.path)).and_then(|mut file| file.read(&mut head)).ok()?;
    let head = String::from_utf8_lossy(&head[..length]);
    let formats = jupytext_formats(&page.path.extension(), &head.replace("\r\n", "\n"));
    if near {
        let notebook_says = || {
            let bytes = fs::read(super::place(root, &beside)).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            text.contains("\"jupytext\"") && text.contains("\"formats\"")
        };
        return (formats.is_some() || notebook_says()).then_some(beside);
    }
    // `notebooks///ipynb,scripts///py:percent`: the folders beside or above each other.
    let formats = formats?;
    let folder = formats.split(',').find_map(|format| {
        let (folder, extension) = format.trim().rsplit_once('/')?;
        extension.starts_with("ipynb").then(|| folder.trim_matches('/').to_owned())
    })?;
    notebooks
        .iter()
        .find(|notebook| {
            notebook.stem() == page.path.stem() && notebook.segments().any(|segment| segment == folder)
        })
        .cloned()
}

//! What a notebook takes from other files of the repo: included texts, bibliographies, variables.
//!
//! All of it is read here, through [`Files`], so that everything behind reading is a function of
//! the notebook alone.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Map, Value};

use super::decode::is_lfs_pointer;
use super::gather::Gatherer;
use super::{CellKind, Format, Notebook, Published, text};
use crate::config::Reading;
use crate::diagnostic::{CellRef, Note, Rule};
use crate::path::{SitePath, percent_decode};
use crate::yaml;

/// The seam to the files of the repo.
pub trait Files: Sync {
    /// The text of a file below the root.
    ///
    /// # Errors
    /// Why it cannot be had: it is missing, hidden, outside of the root, or no text.
    fn text(&self, path: &SitePath) -> Result<String, String>;
}

/// The text of a file of the repo that a page may take in, by its bytes.
///
/// # Errors
/// Why there is none: it cannot be read, a Git LFS pointer stands in its place, or it is no UTF-8.
pub fn text_of(path: &SitePath, read: io::Result<Vec<u8>>) -> Result<String, String> {
    let bytes = read.map_err(|error| format!("`{path}`: {error}"))?;
    if is_lfs_pointer(&bytes) {
        return Err(format!("a Git LFS pointer stands in place of `{path}`"));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match std::str::from_utf8(text) {
        Ok(text) => Ok(text.replace("\r\n", "\n")),
        Err(_) => Err(format!("`{path}` is no UTF-8 text")),
    }
}

/// No files at all: for notebooks that come without a repo.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn text(&self, path: &SitePath) -> Result<String, String> {
        Err(format!("`{path}` cannot be read here"))
    }
}

/// What stands around a file that is read.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Where it is, relative to the root.
    pub path: &'a SitePath,
    /// What the site's configuration says of reading.
    pub reading: &'a Reading,
    /// The other files of the repo.
    pub files: &'a dyn Files,
}

/// A text that a notebook takes from another file, by the words that name it there.
#[derive(Clone, Debug, PartialEq)]
pub struct Included {
    /// The file.
    pub path: SitePath,
    /// Its text, or why it cannot be had.
    pub text: Result<String, String>,
}

/// A file of works that a page cites.
#[derive(Clone, Debug, PartialEq)]
pub struct BibliographyFile {
    /// The file.
    pub path: SitePath,
    /// Its text.
    pub text: String,
}

/// How many files a page may take in, and how large each may be in bytes.
const MAX_FILES: usize = 100;
const MAX_BYTES: usize = 2_000_000;

/// Reads what the cells and the front matter of `notebook` name.
pub(super) fn gather(
    notebook: &mut Notebook,
    around: &Around<'_>,
    gatherer: &mut Gatherer<'_>,
    notes: &mut Vec<Note>,
) {
    let mut wanted: Vec<String> = Vec::new();
    for cell in &notebook.cells {
        if matches!(cell.kind, CellKind::Markdown) && cell.options.shows_input() {
            targets(&cell.source, &mut wanted);
        }
    }
    let mut included = BTreeMap::new();
    let mut size = 0;
    while let Some(target) = wanted.pop() {
        if included.len() >= MAX_FILES || included.contains_key(&target) {
            continue;
        }
        let found = read(&target, around, gatherer);
        if let Ok(text) = &found.text {
            size += text.len();
            if size > MAX_BYTES * 4 {
                break;
            }
            targets(text, &mut wanted);
        }
        included.insert(target, found);
    }
    notebook.included = included;
    notebook.bibliography = bibliography(&notebook.front.all, around, notes);
    let included = notebook.included.values().filter_map(|included| included.text.as_deref().ok());
    if notebook.cells.iter().map(|cell| cell.source.as_str()).chain(included).any(names_variable) {
        notebook.variables = variables(around);
    }
}

fn names_variable(text: &str) -> bool {
    text.contains("{{< var ")
}

fn read(target: &str, around: &Around<'_>, gatherer: &mut Gatherer<'_>) -> Included {
    let name = percent_decode(target).unwrap_or_else(|| target.to_owned());
    let path = match name.strip_prefix('/') {
        Some(rest) => SitePath::root().join(rest),
        None => around.path.parent().join(&name),
    };
    let Some(path) = path else {
        return Included { path: SitePath::root(), text: Err(format!("`{target}` leads out of the repo")) };
    };
    let text = if path == *around.path {
        Err("a page cannot include itself".to_owned())
    } else {
        around.files.text(&path).and_then(|text| {
            if text.len() > MAX_BYTES {
                Err(format!("`{path}` is too large to be included"))
            } else {
                published(&path, text, around.reading, gatherer)
            }
        })
    };
    Included { path, text }
}

/// What may be shown of a file that is, or could be, a page of its own: nothing that its page
/// would not show.
fn published(
    path: &SitePath,
    mut text: String,
    reading: &Reading,
    gatherer: &mut Gatherer<'_>,
) -> Result<String, String> {
    let format = match path.extension().as_str() {
        // Markdown under other names.
        "mdx" | "myst" | "txt" => Format::Markdown,
        extension => match Format::of_extension(extension) {
            Some(format) => format,
            None => return Ok(text),
        },
    };
    if format == Format::Ipynb {
        return Err(format!("`{path}` is a notebook, of which cells can be embedded"));
    }
    let at = CellRef { number: 0, id: None, line: 0, spread: false };
    gatherer.for_all(&text::options_of_all(&text));
    text::take_out(&mut text, (gatherer, &mut text::Hidden::default()), &at, &mut Vec::new());
    let around = Around { path, reading, files: &NoFiles };
    let (own, _) = Notebook::read(text.as_bytes(), format, &around);
    if own.front.draft {
        return Err(format!("`{path}` is a draft"));
    }
    if Published::new(own).is_cut() {
        return Err(format!("`{path}` has cells that are removed from its page"));
    }
    Ok(text)
}

/// The files that the directives and shortcodes of a text name.
fn targets(source: &str, into: &mut Vec<String>) {
    if !source.contains("include") && !source.contains("csv-table") {
        return;
    }
    for line in source.lines() {
        let fence = line.trim_start_matches([' ', '\t', '>']);
        let name = fence.trim_start_matches(['`', '~', ':']);
        if name.len() + 3 <= fence.len()
            && let Some(target) = name
                .trim_start()
                .strip_prefix("{include}")
                .or_else(|| name.trim_start().strip_prefix("{literalinclude}"))
        {
            into.push(target.trim().to_owned());
        }
        if let Some(target) = fence.strip_prefix(":file:") {
            into.push(target.trim().to_owned());
        }
        for (at, _) in line.match_indices("{{< include ") {
            let rest = &line[at + "{{< include ".len()..];
            if let Some(end) = rest.find(">}}") {
                into.push(rest[..end].trim().trim_matches(['"', '\'']).to_owned());
            }
        }
    }
}

/// The works that the page or the site names, or that lie beside the page under their usual name.
fn bibliography(
    front: &Map<String, Value>,
    around: &Around<'_>,
    notes: &mut Vec<Note>,
) -> Vec<BibliographyFile> {
    let mut files = Vec::new();
    let mut add = |path: Option<SitePath>, target: &str, notes: &mut Vec<Note>| match path
        .ok_or_else(|| format!("`{target}` leads out of the repo"))
        .and_then(|path| {
            let text = around.files.text(&path)?;
            if text.len() > MAX_BYTES * 2 {
                Err(format!("`{path}` is too large"))
            } else {
                Ok(BibliographyFile { path, text })
            }
        }) {
        Ok(file) => files.push(file),
        Err(why) => notes.push(
            Note::warning(Rule::Reference, format!("the bibliography cannot be read: {why}"))
                .help("name a BibTeX or CSL JSON file of the repo"),
        ),
    };
    let own = match front.get("bibliography") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    for target in own.iter().filter(|target| !target.contains("://")) {
        let path = match target.strip_prefix('/') {
            Some(rest) => SitePath::root().join(rest),
            None => around.path.parent().join(target),
        };
        add(path, target, notes);
    }
    for path in &around.reading.bibliography {
        add(Some(path.clone()), path.as_str(), notes);
    }
    files
}

/// What a project of Quarto's says for all pages of a folder: `_quarto.yml`, and `_metadata.yml` of
/// each folder on the way, the nearest last.
pub(super) fn project(around: &Around<'_>) -> Map<String, Value> {
    if !around.reading.dialects.quarto {
        return Map::new();
    }
    let mut folders = vec![around.path.parent()];
    while let Some(folder) = folders.last().filter(|folder| !folder.is_root()) {
        folders.push(folder.parent());
    }
    let mut all = Map::new();
    for folder in folders.iter().rev() {
        for name in ["_quarto.yml", "_quarto.yaml", "_metadata.yml", "_metadata.yaml"] {
            let text = around.files.text(&folder.child(name));
            if let Some(map) = text.ok().and_then(|text| yaml::map(&text).ok()) {
                yaml::merge(&mut all, map);
            }
        }
    }
    all
}

/// Quarto's `_variables.yml`, from the page's folder up to the root.
fn variables(around: &Around<'_>) -> Map<String, Value> {
    let mut folder = around.path.parent();
    loop {
        if let Ok(text) = around.files.text(&folder.child("_variables.yml")) {
            return yaml::map(&text).unwrap_or_default();
        }
        if folder.is_root() {
            return Map::new();
        }
        folder = folder.parent();
    }
}

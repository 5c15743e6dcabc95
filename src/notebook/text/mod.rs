//! Text forms of notebooks → cells: scripts, Markdown with cells, Quarto and R Markdown,
//! Databricks' sources, polyglot notebooks (conventions 4.11). A plain Markdown page is the case
//! of one cell.

mod attributes;
mod chunks;
mod databricks;
mod dib;
mod fence;
mod light;
mod markdown;
mod percent;
mod within;

pub use attributes::{Attributes, css_length};
pub(super) use chunks::options_of_all;
pub use fence::{Fence, closes_container, split_prefix};
pub use within::code_within;
pub(super) use within::{Hidden, take_out};

use serde_json::{Map, Value};

use super::decode::decode;
use super::draft::{self, Draft};
use super::include::Around;
use super::ipynb::normal_lines;
use super::sift::{Part, Sieve};
use super::{Format, FrontMatter, Lang, Notebook};
use crate::diagnostic::{CellRef, Note};
use crate::yaml;

/// Reads a text file as a notebook.
pub(super) fn read(bytes: &[u8], format: Format, around: &Around<'_>, notes: &mut Vec<Note>) -> Notebook {
    let mut text = normal_lines(&decode(bytes, notes));
    let mut sieve = Sieve::new(around, &text);
    sieve.text(&mut text, Part { cell: None, name: "the file", is_source: true });
    notes.append(&mut sieve.notes);
    let extension = around.path.extension();
    let mut cells = Cells::default();
    let metadata = match format {
        Format::Script => script(&text, &extension, &mut cells),
        Format::Dib => dib::read(&text, &mut cells),
        Format::Quarto => marked(&text, chunks::read, &mut cells, notes),
        Format::Ipynb | Format::Markdown => marked(&text, markdown::read, &mut cells, notes),
    };
    let mut notebook = draft::notebook(format, (metadata, cells.drafts), around, notes);
    notebook.found.append(&mut sieve.values);
    notebook.has_redacted |= sieve.has_redacted;
    notebook.allowed.append(&mut sieve.passed);
    notebook
}

/// What a reader of Markdown makes of the text behind the front matter.
type Marked = fn(&str, u32, &Map<String, Value>, &mut Cells);

/// Markdown with a head: the head becomes a cell of its own, which the model takes out again, and
/// its kernel the notebook's metadata.
fn marked(text: &str, cells_of: Marked, cells: &mut Cells, notes: &mut Vec<Note>) -> Map<String, Value> {
    let mut ignored = Vec::new();
    let (front, body) = FrontMatter::split(text, &mut ignored).unwrap_or_else(|| (Map::new(), text));
    let mut metadata = Map::new();
    let jupyter = front.get("jupyter").and_then(Value::as_object);
    for key in ["kernelspec", "jupytext", "language_info", "mystnb"] {
        if let Some(value) = jupyter.and_then(|map| map.get(key)).or_else(|| front.get(key)) {
            metadata.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(name) = front.get("jupyter").and_then(Value::as_str)
        && !metadata.contains_key("kernelspec")
    {
        metadata.insert("kernelspec".to_owned(), serde_json::json!({ "name": name }));
    }
    let head = &text[..text.len() - body.len()];
    if head.is_empty() {
        // What looks like a head and is none is said where the page is read.
        notes.append(&mut ignored);
    } else {
        cells.add("raw", head.to_owned(), 0);
    }
    let line = u32::try_from(head.matches('\n').count()).unwrap_or(u32::MAX);
    cells_of(body, line, &metadata, cells);
    metadata
}

fn script(text: &str, extension: &str, cells: &mut Cells) -> Map<String, Value> {
    let lang = Lang::new(extension);
    let leader = lang.comment().unwrap_or("#");
    if databricks::is_source(text, leader) {
        databricks::read(text, leader, cells);
        return language(&lang);
    }
    let (header, skipped) = header(text, leader);
    let mut metadata = header.get("jupyter").and_then(Value::as_object).cloned().unwrap_or_default();
    let front: Map<String, Value> = header.into_iter().filter(|(key, _)| key != "jupyter").collect();
    if !front.is_empty()
        && let Ok(head) = serde_json::to_string(&front)
    {
        // JSON is YAML: the model reads it as the head it was.
        cells.add("raw", format!("---\n{head}\n---\n"), 0);
    }
    let body: String = text.split_inclusive('\n').skip(skipped as usize).collect();
    let name = metadata
        .get("jupytext")
        .and_then(|jupytext| jupytext.get("text_representation"))
        .and_then(|form| form.get("format_name"))
        .and_then(Value::as_str);
    match name {
        Some("light" | "bare") => light::read(&body, leader, skipped, cells),
        _ => percent::read(&body, leader, skipped, cells),
    }
    if !metadata.contains_key("kernelspec") {
        metadata.extend(language(&lang));
    }
    metadata
}

fn language(lang: &Lang) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("language_info".to_owned(), serde_json::json!({ "name": lang.name() }));
    metadata
}

/// The commented YAML head of a script, and how many lines it takes with what stands before it.
fn header(text: &str, leader: &str) -> (Map<String, Value>, u32) {
    let mut yaml_text = String::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate().take(200) {
        let said = line.strip_prefix(leader).map(|said| said.strip_prefix(' ').unwrap_or(said));
        match said.map(str::trim_end) {
            Some("---") if inside => {
                return (yaml::map(&yaml_text).unwrap_or_default(), u32::try_from(number + 1).unwrap_or(0));
            }
            Some("---") => inside = true,
            Some(said) if inside => {
                yaml_text.push_str(said);
                yaml_text.push('\n');
            }
            // An interpreter or an encoding may stand first.
            _ if !inside
                && (line.starts_with("#!") || line.starts_with("# -*-") || line.trim().is_empty()) => {}
            _ => break,
        }
    }
    (Map::new(), 0)
}

/// The cells of a text file as they are found.
#[derive(Default)]
pub(super) struct Cells {
    drafts: Vec<Draft>,
}

impl Cells {
    /// Adds a cell that begins behind `line` lines of the file; nothing for an empty one.
    fn add(&mut self, kind: &'static str, source: String, line: u32) -> Option<&mut Draft> {
        let blank = source.chars().take_while(|c| *c == '\n').count();
        let source = source.trim_matches('\n');
        if source.trim().is_empty() {
            return None;
        }
        let number = u32::try_from(self.drafts.len() + 1).unwrap_or(u32::MAX);
        let line = line.saturating_add(u32::try_from(blank).unwrap_or(0));
        let at = CellRef { number, id: None, line, spread: true };
        self.drafts.push(Draft::of_text(kind, source.to_owned(), at));
        self.drafts.last_mut()
    }
}

/// Metadata in jupytext's spelling: a JSON object, or `key=value` words with JSON values; what
/// stands before them is a title.
fn cell_metadata(text: &str) -> (String, Map<String, Value>) {
    let text = text.trim();
    // An object stands alone or behind a title; behind a `=` it is a value.
    if let Some(at) = text.find('{').filter(|at| !text[..*at].contains('=')) {
        let map = match serde_json::from_str(&text[at..]) {
            Ok(Value::Object(map)) => map,
            _ => yaml::map(&text[at..]).unwrap_or_default(),
        };
        if !map.is_empty() {
            return (text[..at].trim().to_owned(), map);
        }
    }
    let mut map = Map::new();
    let mut title = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.trim_start();
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let word = &rest[..end];
        if let Some(value) = rest[end..].strip_prefix('=') {
            let mut stream = serde_json::Deserializer::from_str(value).into_iter::<Value>();
            match stream.next() {
                Some(Ok(parsed)) => {
                    let used = stream.byte_offset();
                    map.insert(word.to_owned(), parsed);
                    rest = &value[used..];
                }
                _ => {
                    let end = value.find(' ').unwrap_or(value.len());
                    map.insert(word.to_owned(), value[..end].trim_matches(['"', '\'']).into());
                    rest = &value[end..];
                }
            }
        } else {
            if !word.is_empty() {
                title.push_str(word);
                title.push(' ');
            }
            rest = &rest[end..];
        }
    }
    (title.trim().to_owned(), map)
}

/// Whether a script is a notebook: it has a cell of Markdown, jupytext's head, or Databricks' first
/// line. Cells of code alone (`# %%`) are an editor's way to run ordinary scripts.
pub fn is_notebook(extension: &str, bytes: &[u8]) -> bool {
    let leader = Lang::new(extension).comment().unwrap_or("#");
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let finds = |needle: &str| memchr::memmem::find(bytes, needle.as_bytes()).is_some();
    if finds("Databricks notebook source") {
        return databricks::is_source(&String::from_utf8_lossy(&bytes[..bytes.len().min(200)]), leader);
    }
    if !finds("%%") && !finds("jupytext") {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let (header, _) = header(&text, leader);
    let jupytext = header
        .get("jupyter")
        .is_some_and(|jupyter| jupyter.get("jupytext").is_some() || jupyter.get("kernelspec").is_some());
    jupytext
        || text.lines().any(|line| {
            percent::marker(line.trim_end(), leader).is_some_and(|marker| marker.kind == "markdown")
        })
}

/// The formats that jupytext keeps a text notebook in (`formats: ipynb,py:percent`), where its
/// head names them; empty where it has a head of jupytext's without them.
pub fn jupytext_formats(extension: &str, text: &str) -> Option<String> {
    let front = match Format::of_extension(extension)? {
        Format::Script => header(text, Lang::new(extension).comment().unwrap_or("#")).0,
        _ => FrontMatter::split(text, &mut Vec::new())?.0,
    };
    let jupytext =
        front.get("jupyter").and_then(|jupyter| jupyter.get("jupytext")).or_else(|| front.get("jupytext"))?;
    Some(jupytext.get("formats").and_then(Value::as_str).unwrap_or_default().to_owned())
}

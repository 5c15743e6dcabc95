//! Jupyter notebooks, formats 2 to 4.5, read leniently.
//!
//! The format: <https://nbformat.readthedocs.io/en/latest/format_description.html>; what real
//! files hold beyond it: conventions 4.12.

use std::collections::HashSet;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::decode::{decode, is_lfs_pointer};
use super::draft::{self, Draft};
use super::include::Around;
use super::json::{CellJson, NotebookJson, PartLines, Repairs, repair};
use super::outputs::{self, Lists};
use super::sift::{Part, Sieve};
use super::{Attachment, Format, Lang, MimeBundle, Notebook};
use crate::diagnostic::{CellRef, Note, Rule};

/// Reads a notebook; what cannot be read at all gives an empty one and a note of severity error.
pub(super) fn read(bytes: &[u8], around: &Around<'_>, notes: &mut Vec<Note>) -> Notebook {
    if is_lfs_pointer(bytes) {
        notes.push(
            Note::error(Rule::NotebookInvalid, "a Git LFS pointer stands in place of the notebook")
                .help("run `git lfs pull`, in CI with `GIT_LFS_SKIP_SMUDGE` unset"),
        );
        return Notebook::empty(Format::Ipynb);
    }
    let text = decode(bytes, notes);
    if text.trim().is_empty() {
        notes.push(
            Note::error(Rule::NotebookInvalid, "the file is empty")
                .help("delete it, or save a notebook into it"),
        );
        return Notebook::empty(Format::Ipynb);
    }
    match serde_json::from_str::<NotebookJson>(&text) {
        Ok(json) => Reader { text: &text, around, notes, wants_ids: false }.notebook(json),
        Err(error) => match mend(&text, &error, notes) {
            Some(text) => match serde_json::from_str::<NotebookJson>(&text) {
                Ok(json) => Reader { text: &text, around, notes, wants_ids: false }.notebook(json),
                Err(_) => Notebook::empty(Format::Ipynb),
            },
            None => Notebook::empty(Format::Ipynb),
        },
    }
}

/// Near which cell a line is, for files that are no JSON: the one whose type stands before it last.
fn near(text: &str, line: usize) -> String {
    let before = text.lines().take(line).filter(|line| line.contains("\"cell_type\":")).count();
    if before == 0 { String::new() } else { format!(", near cell {before}") }
}

/// The text set right where strict JSON failed; `None`, with a note, where that did not help.
fn mend(text: &str, error: &serde_json::Error, notes: &mut Vec<Note>) -> Option<String> {
    let conflict = text.lines().position(|line| line.starts_with("<<<<<<< "));
    if let Some(line) = conflict {
        notes.push(
            Note::error(
                Rule::NotebookInvalid,
                format!("the file holds the conflict markers of a git merge{}", near(text, line)),
            )
            .at_line(u32::try_from(line + 1).unwrap_or(u32::MAX))
            .help("resolve the conflict (`nbdime` helps) and commit the notebook again"),
        );
        return None;
    }
    let (fixed, Repairs { numbers, surrogates, controls }) = repair(text);
    if serde_json::from_str::<NotebookJson>(&fixed).is_err() {
        let (message, help) = match error.classify() {
            serde_json::error::Category::Eof => (
                format!("the JSON ends too early{}", near(text, error.line())),
                "the file was cut off: restore it from git",
            ),
            _ if error.to_string().contains("recursion limit") => (
                "the JSON is nested more than 128 deep".to_owned(),
                "no notebook needs that: look at the outputs",
            ),
            _ => (
                format!("the file is no notebook: {}{}", plain(error), near(text, error.line())),
                "open it in Jupyter, or check the JSON around that place",
            ),
        };
        notes.push(
            Note::error(Rule::NotebookInvalid, message)
                .at_line(u32::try_from(error.line()).unwrap_or(u32::MAX))
                .help(help),
        );
        return None;
    }
    let mut say = |count: usize, what: &str| {
        if count > 0 {
            notes.push(Note::info(Rule::NotebookOdd, format!("{what} ({count} in the file)")));
        }
    };
    say(numbers, "NaN or Infinity is no JSON; read as null");
    say(controls, "control characters stand unescaped in strings");
    if surrogates > 0 {
        notes.push(Note::warning(
            Rule::NotebookOdd,
            format!("half a surrogate pair cannot be shown; \u{fffd} stands in its place ({surrogates} in the file)"),
        ));
    }
    Some(fixed)
}

/// The error without its place, which the note carries.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

struct Reader<'a> {
    text: &'a str,
    around: &'a Around<'a>,
    notes: &'a mut Vec<Note>,
    /// Whether the format of the file asks for ids of cells.
    wants_ids: bool,
}

impl Reader<'_> {
    fn notebook(&mut self, mut json: NotebookJson<'_>) -> Notebook {
        let mut sieve = Sieve::new(self.around, self.text);
        sieve.top(&mut json.fields);
        let version = |key: &str| json.fields.get(key).and_then(Value::as_u64);
        match (version("nbformat"), &json.cells) {
            (Some(major @ 5..), _) => self.notes.push(Note::warning(
                Rule::NotebookOdd,
                format!("nbformat {major} is newer than bindery knows; read as 4"),
            )),
            (None, Some(_)) => {
                self.notes.push(Note::info(Rule::NotebookOdd, "`nbformat` is missing; read as format 4"));
            }
            _ => {}
        }
        // Ids came with 4.5 (<https://jupyter.org/enhancement-proposals/62-cell-id/cell-id.html>).
        self.wants_ids = version("nbformat") == Some(4) && version("nbformat_minor") >= Some(5);
        let metadata = match json.fields.get("metadata") {
            Some(Value::Object(map)) => map.clone(),
            None => {
                self.notes.push(Note::info(Rule::NotebookOdd, "`metadata` is missing"));
                Map::new()
            }
            Some(_) => {
                self.notes.push(Note::info(Rule::NotebookOdd, "`metadata` is no object; ignored"));
                Map::new()
            }
        };
        let Some(cells) = json.cells else {
            self.notes.push(
                Note::error(
                    Rule::NotebookInvalid,
                    "the file has no list of cells: it is JSON, but no notebook",
                )
                .help("exclude it in `bindery.toml`, or save it from Jupyter again"),
            );
            return Notebook::empty(Format::Ipynb);
        };
        let lists = Lists::of(&cells);
        if lists.lines_lack_ends() {
            self.notes.push(Note::info(
                Rule::NotebookOdd,
                "lists of lines hold no line ends; read as one line per entry, as VS Code writes them",
            ));
        }
        let drafts = self.cells(cells, lists, &mut sieve);
        self.notes.append(&mut sieve.notes);
        let mut notebook = draft::notebook(Format::Ipynb, (metadata, drafts), self.around, self.notes);
        notebook.found.append(&mut sieve.values);
        notebook.has_redacted |= sieve.has_redacted;
        notebook.allowed.append(&mut sieve.passed);
        notebook
    }

    fn cells(&mut self, cells: Vec<CellJson<'_>>, lists: Lists, sieve: &mut Sieve<'_>) -> Vec<Draft> {
        let mut lines = PartLines::new(self.text);
        let mut seen: HashSet<String> = HashSet::new();
        let mut without: Vec<CellRef> = Vec::new();
        let mut drafts = Vec::with_capacity(cells.len());
        for (index, json) in cells.into_iter().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let line = lines.of(json.source.map_or("", RawValue::get));
            let spread =
                json.source.is_some_and(|raw| raw.get().starts_with("[\n") || raw.get().starts_with("[\r\n"));
            let mut at = CellRef { number, id: None, line, spread };
            if json.not_an_object {
                self.notes.push(
                    Note::warning(Rule::NotebookOdd, "this entry of the list of cells is no cell; left out")
                        .in_cell(&at),
                );
                continue;
            }
            let mut json = json;
            let words = json.source.filter(|raw| raw.get().contains("bindery:allow"));
            let words = words.map(|raw| source_text(raw, lists, &mut |_| ())).unwrap_or_default();
            sieve.cell(&mut json.fields, &words, &at);
            match json.fields.remove("id") {
                Some(Value::String(id)) if id_is_sound(&id) => {
                    if seen.insert(id.clone()) {
                        at.id = Some(id);
                    } else {
                        self.notes.push(
                            Note::info(
                                Rule::CellId,
                                format!("the id `{id}` stands twice; the first cell keeps it"),
                            )
                            .in_cell(&at)
                            .help("Jupyter gives a new id when the notebook is saved again"),
                        );
                    }
                }
                Some(_) => self.notes.push(
                    Note::info(Rule::CellId, "the cell's id is malformed; it is not used").in_cell(&at),
                ),
                None => without.push(at.clone()),
            }
            let mut draft = draft_of(json, at, lists, self.notes);
            sieve
                .text(&mut draft.source, Part { cell: Some(&draft.at), name: "the source", is_source: true });
            drafts.push(draft);
        }
        if let Some(first) = without.first().filter(|_| self.wants_ids) {
            let what = match without.len() {
                1 => "the cell has no id".to_owned(),
                count => format!("{count} cells have no id, of which this is the first"),
            };
            self.notes.push(
                Note::info(Rule::CellId, format!("{what}; format 4.5 wants one"))
                    .in_cell(first)
                    .help("`bindery check --fix` gives ids; so does saving in Jupyter"),
            );
        }
        drafts
    }
}

/// The draft of one cell of the file.
fn draft_of(json: CellJson<'_>, at: CellRef, lists: Lists, notes: &mut Vec<Note>) -> Draft {
    let CellJson { source, mut fields, .. } = json;
    let mut odd = |message: &str| notes.push(Note::info(Rule::NotebookOdd, message).in_cell(&at));
    let metadata = match fields.remove("metadata") {
        Some(Value::Object(map)) => map,
        None => Map::new(),
        Some(_) => {
            odd("the cell's `metadata` is no object; ignored");
            Map::new()
        }
    };
    let mut text = match source {
        None => {
            odd("the cell has no `source`; read as empty");
            String::new()
        }
        Some(raw) => source_text(raw, lists, &mut odd),
    };
    let kind = match fields.get("cell_type").and_then(Value::as_str) {
        Some("markdown" | "html") => "markdown",
        Some("raw") => "raw",
        Some("code") => "code",
        Some("heading") => {
            let level = fields.get("level").and_then(Value::as_u64).unwrap_or(1).clamp(1, 6);
            text = format!("{} {}", "#".repeat(usize::try_from(level).unwrap_or(1)), text.replace('\n', " "));
            "markdown"
        }
        other => {
            let name = other.unwrap_or("nothing").to_owned();
            let has_outputs = fields.contains_key("outputs");
            odd(&format!("`cell_type` is {name}; read as {}", if has_outputs { "code" } else { "raw" }));
            if has_outputs { "code" } else { "raw" }
        }
    };
    let count = ["execution_count", "prompt_number"].iter().find_map(|key| fields.get(*key)?.as_u64());
    let attachments = match fields.remove("attachments") {
        Some(Value::Object(map)) => map
            .into_iter()
            .filter_map(|(name, bundle)| match bundle {
                Value::Object(bundle) => Some(Attachment { name, bundle: outputs::bundle(bundle, lists) }),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let outputs = match fields.remove("outputs") {
        Some(Value::Array(list)) => outputs::read(list, lists, &at, notes),
        None | Some(Value::Null) => Vec::new(),
        Some(_) => {
            notes.push(Note::info(Rule::NotebookOdd, "`outputs` is no list; ignored").in_cell(&at));
            Vec::new()
        }
    };
    let count = count.filter(|count| *count > 0 || !outputs.is_empty());
    let lang = fields.get("language").and_then(Value::as_str).map(Lang::new).filter(|lang| !lang.is_none());
    Draft { at, kind, source: text, metadata, attachments, count, outputs, lang }
}

/// The text of a source.
fn source_text(raw: &RawValue, lists: Lists, odd: &mut impl FnMut(&str)) -> String {
    let parsed = serde_json::from_str::<Value>(raw.get()).or_else(|error| {
        // What the skipping reader let pass: half a surrogate pair.
        let (fixed, repairs) = repair(raw.get());
        let fixed = serde_json::from_str::<Value>(&fixed).map_err(|_| error)?;
        if repairs.surrogates > 0 {
            odd("half a surrogate pair cannot be shown; \u{fffd} stands in its place");
        }
        Ok::<Value, serde_json::Error>(fixed)
    });
    match parsed {
        Ok(Value::Array(lines)) => {
            if lines.iter().any(|line| !line.is_string()) {
                odd("`source` holds something that is no text; left out");
            }
            normal_lines(&lists.join(lines))
        }
        Ok(Value::String(text)) => normal_lines(&text),
        Ok(Value::Null) => {
            odd("`source` is null; read as empty");
            String::new()
        }
        _ => {
            odd("`source` is neither text nor a list of lines; read as empty");
            String::new()
        }
    }
}

/// `text` with Windows and old Mac line ends folded to `\n`, and U+FFFD for control characters
/// that no HTML may hold.
pub(super) fn normal_lines(text: &str) -> String {
    let text =
        if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.contains(is_odd) { text.replace(is_odd, "\u{fffd}") } else { text }
}

/// Whether an id is what the format asks for: 1 to 64 letters, digits, `-` or `_`.
fn id_is_sound(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether the data of this type is JSON, not text.
pub(super) fn is_json_mime(mime: &str) -> bool {
    mime == "application/json" || mime.ends_with("+json")
}

impl MimeBundle {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

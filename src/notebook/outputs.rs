//! Outputs of code cells, as all formats and tools write them.

use serde_json::{Map, Value};

use super::gather::unknown;
use super::ipynb::is_json_mime;
use super::json::CellJson;
use super::marks::{self, Place};
use super::published::{VSCODE_STDERR, VSCODE_STDOUT};
use super::{MimeBundle, MimeData, Output, StreamName};
use crate::diagnostic::{CellRef, Note, Rule};

/// The type under which VS Code keeps some exceptions.
const VSCODE_ERROR: &str = "application/vnd.code.notebook.error";

/// How lists of lines are to be joined in one file: as the format says, or (VS Code's older
/// notebooks) with the line ends that no entry holds.
#[derive(Clone, Copy)]
pub(super) struct Lists {
    joint: &'static str,
}

impl Lists {
    /// Looks at all lists of lines of the file: only where there are some of more than one entry,
    /// and no entry anywhere holds a line end, are the ends taken to be missing.
    pub(super) fn of(cells: &[CellJson<'_>]) -> Self {
        let mut long = 0;
        for cell in cells {
            if let Some(raw) = cell.source.filter(|raw| raw.get().starts_with('[')) {
                if raw.get().contains("\\n") {
                    return Self { joint: "" };
                }
                long += usize::from(raw.get().contains("\","));
            }
            let Some(Value::Array(outputs)) = cell.fields.get("outputs") else { continue };
            let texts = outputs.iter().flat_map(|output| {
                let data = output.get("data").and_then(Value::as_object).into_iter().flat_map(Map::values);
                output.get("text").into_iter().chain(data)
            });
            for list in texts.filter_map(Value::as_array) {
                if list.iter().any(|line| line.as_str().is_some_and(|line| line.contains('\n'))) {
                    return Self { joint: "" };
                }
                long += usize::from(list.len() > 1);
            }
        }
        Self { joint: if long > 0 { "\n" } else { "" } }
    }

    pub(super) fn lines_lack_ends(self) -> bool {
        !self.joint.is_empty()
    }

    /// The text of a list; entries that are no text are left out.
    pub(super) fn join(self, list: Vec<Value>) -> String {
        let mut parts = list.into_iter().filter_map(|item| match item {
            Value::String(text) => Some(text),
            _ => None,
        });
        let mut text = parts.next().unwrap_or_default();
        for part in parts {
            text.push_str(self.joint);
            text.push_str(&part);
        }
        text
    }

    /// Text given as a string or as a list of lines; `None` for anything else.
    fn text(self, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            Value::Array(list) if list.iter().all(Value::is_string) => Some(self.join(list)),
            _ => None,
        }
    }
}

/// The bundle in the JSON of an attachment or an output's `data`.
pub(super) fn bundle(data: Map<String, Value>, lists: Lists) -> MimeBundle {
    let one = |(mime, value): (String, Value)| {
        let mime = mime.trim().to_ascii_lowercase();
        let data = match value {
            Value::Null => return None,
            value if is_json_mime(&mime) => MimeData::Json(value),
            value => match value {
                Value::String(_) | Value::Array(_) => match lists.text(value.clone()) {
                    Some(text) => MimeData::Text(text),
                    None => MimeData::Json(value),
                },
                value => MimeData::Json(value),
            },
        };
        Some((mime, data))
    };
    MimeBundle(data.into_iter().filter_map(one).collect())
}

/// Reads the outputs of one cell; neighbouring streams of one name become one.
pub(super) fn read(list: Vec<Value>, lists: Lists, at: &CellRef, notes: &mut Vec<Note>) -> Vec<Output> {
    let mut outputs: Vec<Output> = Vec::with_capacity(list.len());
    for value in list {
        let Value::Object(map) = value else {
            notes.push(Note::info(Rule::NotebookOdd, "an output is no object; left out").in_cell(at));
            continue;
        };
        match one(map, lists, at, notes) {
            Some(Output::Stream { name, text }) => match outputs.last_mut() {
                Some(Output::Stream { name: last, text: before }) if *last == name => before.push_str(&text),
                _ => outputs.push(Output::Stream { name, text }),
            },
            Some(output) => outputs.push(output),
            None => {}
        }
    }
    outputs
}

fn one(mut map: Map<String, Value>, lists: Lists, at: &CellRef, notes: &mut Vec<Note>) -> Option<Output> {
    let kind = map.get("output_type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let word = |map: &mut Map<String, Value>, key: &str| map.remove(key).and_then(|value| lists.text(value));
    match kind.as_str() {
        "stream" => {
            let name = ["name", "stream"].iter().find_map(|key| map.get(*key)?.as_str());
            let name = if name == Some("stderr") { StreamName::Stderr } else { StreamName::Stdout };
            Some(Output::Stream { name, text: word(&mut map, "text").unwrap_or_default() })
        }
        "error" | "pyerr" => {
            let traceback = match map.remove("traceback") {
                Some(Value::Array(lines)) => {
                    lines.into_iter().filter_map(|line| line.as_str().map(str::to_owned)).collect()
                }
                Some(Value::String(text)) => vec![text],
                _ => Vec::new(),
            };
            Some(Output::Error {
                name: word(&mut map, "ename").unwrap_or_default(),
                message: word(&mut map, "evalue").unwrap_or_default(),
                traceback,
            })
        }
        "display_data" | "execute_result" | "pyout" | "update_display_data" => {
            Some(data(map, lists, at, notes))
        }
        _ => {
            let name = if kind.is_empty() { "missing".to_owned() } else { format!("`{kind}`") };
            if map.get("data").is_some_and(Value::is_object) {
                notes.push(
                    Note::info(Rule::NotebookOdd, format!("`output_type` is {name}; read as data"))
                        .in_cell(at),
                );
                return Some(data(map, lists, at, notes));
            }
            notes.push(
                Note::warning(Rule::NotebookOdd, format!("`output_type` is {name}; the output is left out"))
                    .in_cell(at),
            );
            None
        }
    }
}

fn data(mut map: Map<String, Value>, lists: Lists, at: &CellRef, notes: &mut Vec<Note>) -> Output {
    let metadata = match map.remove("metadata") {
        Some(Value::Object(metadata)) => metadata,
        _ => Map::new(),
    };
    let bundle = match map.remove("data") {
        Some(Value::Object(data)) => bundle(data, lists),
        Some(_) => {
            notes.push(
                Note::warning(Rule::NotebookOdd, "an output's `data` is no object; left out").in_cell(at),
            );
            MimeBundle::default()
        }
        None => old_bundle(map, lists),
    };
    // VS Code keeps some streams as display data of its own types.
    for (mime, name) in [(VSCODE_STDOUT, StreamName::Stdout), (VSCODE_STDERR, StreamName::Stderr)] {
        if let Some(text) = bundle.text(mime) {
            return Output::Stream { name, text: text.to_owned() };
        }
    }
    if let Some(error) = vscode_error(&bundle) {
        return error;
    }
    check(&metadata, at, notes);
    Output::Data { bundle, metadata }
}

/// An exception that VS Code keeps as display data of its own type.
fn vscode_error(bundle: &MimeBundle) -> Option<Output> {
    let read;
    let error = match bundle.get(VSCODE_ERROR)? {
        MimeData::Json(error) if error.is_object() => error,
        _ => {
            read = serde_json::from_str::<Value>(bundle.text(VSCODE_ERROR)?).ok()?;
            &read
        }
    };
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let stack = text("stack");
    let traceback = if stack.is_empty() { Vec::new() } else { vec![stack] };
    Some(Output::Error { name: text("name"), message: text("message"), traceback })
}

/// Says which keys of an output's metadata are slips of known ones.
fn check(metadata: &Map<String, Value>, at: &CellRef, notes: &mut Vec<Note>) {
    let own = metadata.iter().filter(|(key, _)| key.contains('/')).filter_map(|(_, value)| value.as_object());
    for key in metadata.keys().filter(|key| !key.contains('/')).chain(own.flat_map(Map::keys)) {
        if marks::find(Place::Output, key).is_none() && marks::nearest(Place::Output, key).is_some() {
            notes.push(unknown(Place::Output, key).in_cell(at));
        }
    }
}

/// Formats 3 and 2 hold the types beside `output_type`, under short names.
fn old_bundle(map: Map<String, Value>, lists: Lists) -> MimeBundle {
    const NAMES: &[(&str, &str)] = &[
        ("html", "text/html"),
        ("markdown", "text/markdown"),
        ("latex", "text/latex"),
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("jpeg", "image/jpeg"),
        ("json", "application/json"),
        ("javascript", "application/javascript"),
        ("pdf", "application/pdf"),
        ("text", "text/plain"),
    ];
    let renamed = map.into_iter().filter_map(|(key, value)| {
        let mime = NAMES.iter().find(|(short, _)| *short == key)?.1;
        // A format-3 JSON output is text that holds JSON.
        let value = match (mime, value) {
            ("application/json", Value::String(text)) => {
                serde_json::from_str(&text).unwrap_or(Value::String(text))
            }
            (_, value) => value,
        };
        Some((mime.to_owned(), value))
    });
    bundle(renamed.collect(), lists)
}

//! Takes secrets out of what is read, before anything is made of it: what reads on, renders and
//! publishes never sees them. What was found comes back as notes, which name its kind and its
//! place, and never the secret.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use super::include::{Around, Files};
use crate::diagnostic::{CellRef, Note};
use crate::path::SitePath;
use crate::secret::{Found, Secrets, mask};

/// Sifts one file.
pub(super) struct Sieve<'a> {
    secrets: &'a Secrets,
    path: &'a str,
    /// Whether there can be anything to find.
    is_on: bool,
    /// Whether something was taken out.
    pub(super) has_redacted: bool,
    /// What was said of the part at work: one secret stands in several types of one output.
    said: HashSet<(String, u8)>,
    pub(super) notes: Vec<Note>,
}

/// A part of a file, for what is said of it.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The cell it belongs to.
    pub(super) cell: Option<&'a CellRef>,
    /// Its name.
    pub(super) name: &'a str,
    /// Whether its lines are those of the cell's source, or of the file.
    pub(super) has_lines: bool,
}

/// Types whose data are no text: nothing can be found in them.
fn is_binary(mime: &str) -> bool {
    let is_kind = |kind: &str| mime.starts_with(kind);
    (is_kind("image/") && !is_kind("image/svg"))
        || ["audio/", "video/", "font/", "application/pdf"].into_iter().any(is_kind)
        // Keys of formats 2 and 3.
        || matches!(mime, "png" | "jpeg")
}

impl<'a> Sieve<'a> {
    /// For a file of which this is the text, or what is decoded from it.
    pub(super) fn new(around: &Around<'a>, text: &str) -> Self {
        let secrets = &around.reading.secrets;
        Self {
            secrets,
            path: around.path.as_str(),
            is_on: secrets.may_hold(text),
            has_redacted: false,
            said: HashSet::new(),
            notes: Vec::new(),
        }
    }

    /// Sifts the JSON of a cell, but for its source.
    pub(super) fn cell(&mut self, fields: &mut Map<String, Value>, at: &CellRef) {
        for (key, value) in fields {
            match (key.as_str(), value) {
                ("outputs", Value::Array(outputs)) => {
                    for (number, output) in outputs.iter_mut().enumerate() {
                        let name = format!("output {}", number + 1);
                        self.json(output, Part { cell: Some(at), name: &name, has_lines: false });
                    }
                }
                ("attachments", Value::Object(attachments)) => {
                    for (name, bundle) in attachments {
                        let name = format!("the attachment `{}`", self.secrets.hidden(name));
                        self.attachment(bundle, Part { cell: Some(at), name: &name, has_lines: false });
                    }
                }
                (_, value) => {
                    let name = format!("the cell's `{key}`");
                    self.json(value, Part { cell: Some(at), name: &name, has_lines: false });
                }
            }
        }
    }

    /// Sifts what stands at the top of a notebook beside its cells.
    pub(super) fn top(&mut self, fields: &mut Map<String, Value>) {
        for (key, value) in fields {
            match value {
                Value::Object(map) => {
                    for (inner, value) in map {
                        let name = format!("the notebook's {key} `{}`", self.secrets.hidden(inner));
                        self.json(value, Part { cell: None, name: &name, has_lines: false });
                    }
                }
                value => {
                    let name = format!("the notebook's `{key}`");
                    self.json(value, Part { cell: None, name: &name, has_lines: false });
                }
            }
        }
    }

    /// Sifts a text.
    pub(super) fn text(&mut self, text: &mut String, part: Part<'_>) {
        self.said.clear();
        self.string(text, None, part);
    }

    fn json(&mut self, value: &mut Value, part: Part<'_>) {
        if self.is_on {
            self.said.clear();
            self.value(value, part);
        }
    }

    /// Text that is attached may be kept as base64.
    fn attachment(&mut self, bundle: &mut Value, part: Part<'_>) {
        self.json(bundle, part);
        let texts = bundle.as_object_mut().into_iter().flatten().filter(|(mime, _)| !is_binary(mime));
        for (_, data) in texts {
            let Some(text) = data.as_str().and_then(decoded) else { continue };
            let mut sifted = text.clone();
            let is_on = std::mem::replace(&mut self.is_on, self.secrets.may_hold(&text));
            self.string(&mut sifted, None, part);
            self.is_on = is_on;
            if sifted != text {
                *data = Value::String(base64_simd::STANDARD.encode_to_string(sifted.as_bytes()));
            }
        }
    }

    fn value(&mut self, value: &mut Value, part: Part<'_>) {
        match value {
            Value::String(text) => self.string(text, None, part),
            Value::Array(list) if list.len() > 1 && list.iter().all(Value::is_string) => {
                self.lines(list, part)
            }
            Value::Array(list) => list.iter_mut().for_each(|item| self.value(item, part)),
            Value::Object(map) => {
                for (key, value) in map.iter_mut().filter(|(key, _)| !is_binary(key)) {
                    match value {
                        Value::String(text) => self.string(text, Some(key), part),
                        value => self.value(value, part),
                    }
                }
                self.keys(map, part);
            }
            _ => {}
        }
    }

    /// Keys may hold what values hold.
    fn keys(&mut self, map: &mut Map<String, Value>, part: Part<'_>) {
        let renamed: Vec<(String, String)> = map
            .keys()
            .filter_map(|key| {
                let mut new = key.clone();
                self.string(&mut new, None, part);
                (new != *key).then(|| (key.clone(), new))
            })
            .collect();
        if renamed.is_empty() {
            return;
        }
        let old = std::mem::take(map);
        map.extend(old.into_iter().map(|(key, value)| {
            let new = renamed.iter().find(|(known, _)| *known == key).map(|(_, new)| new.clone());
            (new.unwrap_or(key), value)
        }));
    }

    /// A text in a list of lines, with or without their ends: a key goes over several.
    fn lines(&mut self, list: &mut Vec<Value>, part: Part<'_>) {
        let joint = if list.iter().any(|line| line.as_str().is_some_and(|line| line.ends_with('\n'))) {
            ""
        } else {
            "\n"
        };
        let lines: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        let mut text = lines.join(joint);
        let was = self.has_redacted;
        self.has_redacted = false;
        self.string(&mut text, None, part);
        if self.has_redacted {
            *list = match joint {
                "" => text.split_inclusive('\n').map(|line| Value::String(line.to_owned())).collect(),
                _ => text.split('\n').map(|line| Value::String(line.to_owned())).collect(),
            };
        }
        self.has_redacted |= was;
    }

    /// Sifts one text. A value is seen behind its key, as in a file of settings.
    fn string(&mut self, text: &mut String, key: Option<&str>, part: Part<'_>) {
        if !self.is_on || text.len() < MIN_SECRET {
            return;
        }
        let before = key.map(|key| format!("{key} = \"")).unwrap_or_default();
        let seen =
            if before.is_empty() { Cow::Borrowed(&*text) } else { Cow::Owned(format!("{before}{text}\"")) };
        let secrets = self.secrets;
        let mut out = String::new();
        let mut done = 0;
        for found in secrets.find(&seen, self.path) {
            self.say(&found, part);
            let (from, to) =
                (found.range.start.max(before.len()), found.range.end.min(before.len() + text.len()));
            if found.kind.redacts && from < to {
                let (from, to) = (from - before.len(), to - before.len());
                out.push_str(&text[done..from]);
                out.push_str(&mask(found.kind, &text[from..to]));
                done = to;
            }
        }
        drop(seen);
        if done > 0 {
            out.push_str(&text[done..]);
            *text = out;
            self.has_redacted = true;
        }
    }

    fn say(&mut self, found: &Found<'_>, part: Part<'_>) {
        if !self.said.insert((found.kind.id.clone(), found.mark)) && !part.has_lines {
            return;
        }
        let mut note = found.note(part.name);
        if part.has_lines {
            note = note.at_line(found.line);
        }
        if let Some(cell) = part.cell {
            note = note.in_cell(cell);
        }
        self.notes.push(note);
    }
}

/// No secret has fewer bytes with what it is known by.
const MIN_SECRET: usize = 8;

/// The text of base64; `None` where it is none.
fn decoded(base64: &str) -> Option<String> {
    let bytes = base64_simd::forgiving_decode_to_vec(base64.trim().as_bytes()).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// The other files of a repo, sifted too: what a page takes in of them is shown on it.
pub(super) struct Sifted<'a> {
    around: Around<'a>,
    notes: Mutex<Vec<Note>>,
}

impl<'a> Sifted<'a> {
    pub(super) fn new(around: &Around<'a>) -> Self {
        Self { around: *around, notes: Mutex::default() }
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Sifted<'_> {
    fn text(&self, path: &SitePath) -> Result<String, String> {
        let mut text = self.around.files.text(path)?;
        let mut sieve = Sieve::new(&Around { path, ..self.around }, &text);
        let name = format!("`{path}`, which the page takes in");
        sieve.text(&mut text, Part { cell: None, name: &name, has_lines: false });
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).append(&mut sieve.notes);
        Ok(text)
    }
}

/// Takes secrets out of the JSON of a notebook's file; says whether there were any.
pub(super) fn redact_json(value: &mut Value, secrets: &Secrets) -> bool {
    let mut sieve = Sieve {
        secrets,
        path: "",
        is_on: true,
        has_redacted: false,
        said: HashSet::new(),
        notes: Vec::new(),
    };
    let part = Part { cell: None, name: "", has_lines: false };
    sieve.value(value, part);
    let cells = value.get_mut("cells").and_then(Value::as_array_mut).into_iter().flatten();
    for bundle in
        cells.filter_map(|cell| cell.get_mut("attachments")?.as_object_mut()).flat_map(Map::values_mut)
    {
        sieve.attachment(bundle, part);
    }
    sieve.has_redacted
}

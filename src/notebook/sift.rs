//! Takes secrets out of what is read, before anything is made of it: what reads on, renders and
//! publishes never sees them. What was found comes back as notes, which name its kind and its
//! place, and never the secret.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use super::include::{Around, Files};
use super::json::joined;
use crate::diagnostic::{CellRef, Note};
use crate::path::SitePath;
use crate::secret::{Found, Kind, Secrets, allowed_in, mask};

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
    /// The kinds that the author of the cell at work allows.
    allowed: HashSet<String>,
    /// What looks like a secret and is none, as its author said.
    pub(super) passed: Vec<String>,
    /// What was found, so that no message quotes it.
    pub(super) values: Vec<String>,
    pub(super) notes: Vec<Note>,
}

/// A part of a file, for what is said of it.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The cell it belongs to.
    pub(super) cell: Option<&'a CellRef>,
    /// Its name.
    pub(super) name: &'a str,
    /// Whether an author wrote it: then its lines are those of the cell's source, or of the file,
    /// and comments in it count.
    pub(super) is_source: bool,
}

/// The tag that allows a kind of secret in its cell, in front of the kind.
const TAG: &str = "bindery-allow-";

/// Whether data of this type are no text, and are what they are said to be: base64.
fn is_binary(mime: &str, data: &Value) -> bool {
    let is_kind = |kind: &str| mime.starts_with(kind);
    let is_named = (is_kind("image/") && !is_kind("image/svg"))
        || ["audio/", "video/", "font/", "application/pdf"].into_iter().any(is_kind)
        // Keys of formats 2 and 3.
        || matches!(mime, "png" | "jpeg");
    let is_base64 = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r'))
    };
    is_named
        && match data {
            Value::String(text) => is_base64(text),
            Value::Array(lines) => lines.iter().all(|line| line.as_str().is_some_and(is_base64)),
            _ => false,
        }
}

impl<'a> Sieve<'a> {
    /// For a file of which this is the text, or what is decoded from it.
    pub(super) fn new(around: &Around<'a>, text: &str) -> Self {
        Self::of((&around.reading.secrets, around.path.as_str()), text)
    }

    fn of((secrets, path): (&'a Secrets, &'a str), text: &str) -> Self {
        Self {
            secrets,
            path,
            is_on: secrets.may_hold(text),
            has_redacted: false,
            said: HashSet::new(),
            allowed: HashSet::new(),
            passed: Vec::new(),
            values: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// For values that were read out of a text which was sifted already, with those kinds alone that
    /// are surely secrets: the others were said.
    pub(super) fn of_values(around: &Around<'a>) -> Self {
        let kinds = around.reading.secrets.kinds();
        let guesses = kinds.iter().filter(|kind| !kind.redacts).map(|kind| kind.id.clone()).collect();
        Self { allowed: guesses, ..Self::new(around, "") }
    }

    /// Sifts the JSON of a cell, but for its source, whose comments it heeds.
    pub(super) fn cell(&mut self, fields: &mut Map<String, Value>, source: &str, at: &CellRef) {
        let tags = fields.get("metadata").and_then(|metadata| metadata.get("tags")?.as_array());
        let by_tags = tags.into_iter().flatten().filter_map(|tag| tag.as_str()?.trim().strip_prefix(TAG));
        let by_words = source.lines().filter(|line| line.contains("bindery:allow")).flat_map(allowed_in);
        self.allowed = by_tags.chain(by_words).map(str::to_owned).collect();
        for (key, value) in fields.iter_mut() {
            match (key.as_str(), value) {
                ("outputs", Value::Array(outputs)) => self.outputs(outputs, at),
                ("attachments", Value::Object(attachments)) => {
                    for (name, bundle) in attachments.iter_mut() {
                        let name = format!("the attachment `{}`", self.secrets.hidden(name));
                        self.attachment(bundle, Part { cell: Some(at), name: &name, is_source: false });
                    }
                    self.keys(
                        attachments,
                        Part { cell: Some(at), name: "an attachment's name", is_source: false },
                    );
                }
                (_, value) => {
                    let name = format!("the cell's `{}`", self.secrets.hidden(key));
                    self.json(value, Part { cell: Some(at), name: &name, is_source: false });
                }
            }
        }
        self.keys(fields, Part { cell: Some(at), name: "a key of the cell", is_source: false });
        self.allowed.clear();
    }

    fn outputs(&mut self, outputs: &mut Vec<Value>, at: &CellRef) {
        if !self.is_on {
            return;
        }
        self.join_streams(outputs);
        for (number, output) in outputs.iter_mut().enumerate() {
            let name = format!("output {}", number + 1);
            let part = Part { cell: Some(at), name: &name, is_source: false };
            self.said.clear();
            let Value::Object(fields) = output else {
                self.value(output, part);
                continue;
            };
            for (key, value) in fields.iter_mut().filter(|(key, value)| !is_binary(key, value)) {
                match (key.as_str(), value) {
                    ("data", Value::Object(bundle)) => self.bundle(bundle, part),
                    (key, Value::String(text)) => self.string(text, Some(key), part),
                    (_, value) => self.value(value, part),
                }
            }
            self.keys(fields, part);
        }
    }

    /// A program flushes where it likes: what goes on in the next output of the same stream is one
    /// text, where a secret stands across the border.
    fn join_streams(&mut self, outputs: &mut Vec<Value>) {
        let text = |output: &Value| joined(output.get("text")?);
        let stream = |output: &Value| {
            let is_stream = output.get("output_type").and_then(Value::as_str) == Some("stream");
            let name = output.get("name").and_then(Value::as_str).unwrap_or("stdout").to_owned();
            is_stream.then_some(name)
        };
        let mut at = 0;
        while at + 1 < outputs.len() {
            let joined = match (stream(&outputs[at]), stream(&outputs[at + 1])) {
                (Some(one), Some(two)) if one == two => text(&outputs[at]).zip(text(&outputs[at + 1])),
                _ => None,
            };
            let count = |text: &str| self.secrets.find_in_output(text, self.path).len();
            match joined {
                Some((one, two)) if crosses(&one, &two, &count) => {
                    outputs[at]["text"] = Value::String(one + &two);
                    outputs.remove(at + 1);
                }
                _ => at += 1,
            }
        }
    }

    /// Sifts what stands at the top of a notebook beside its cells.
    pub(super) fn top(&mut self, fields: &mut Map<String, Value>) {
        for (key, value) in fields.iter_mut() {
            match value {
                Value::Object(map) => {
                    for (inner, value) in map.iter_mut() {
                        let name = format!("the notebook's {key} `{}`", self.secrets.hidden(inner));
                        let part = Part { cell: None, name: &name, is_source: false };
                        match value {
                            Value::String(text) if self.is_on => self.string(text, Some(inner), part),
                            value => self.json(value, part),
                        }
                    }
                    self.keys(map, Part { cell: None, name: "the notebook's metadata", is_source: false });
                }
                value => {
                    let name = format!("the notebook's `{}`", self.secrets.hidden(key));
                    self.json(value, Part { cell: None, name: &name, is_source: false });
                }
            }
        }
        self.keys(fields, Part { cell: None, name: "the notebook's metadata", is_source: false });
    }

    /// Sifts a text that an author wrote.
    pub(super) fn text(&mut self, text: &mut String, part: Part<'_>) {
        self.said.clear();
        self.string(text, None, part);
    }

    /// Sifts values that were read out of a text which was sifted already: what stood there by
    /// escapes, or over several lines.
    pub(super) fn values_of(&mut self, map: &mut Map<String, Value>, part: Part<'_>) {
        let is_on = std::mem::replace(&mut self.is_on, true);
        self.said.clear();
        let mut value = Value::Object(std::mem::take(map));
        self.value(&mut value, part);
        if let Value::Object(sifted) = value {
            *map = sifted;
        }
        self.is_on = is_on;
    }

    fn json(&mut self, value: &mut Value, part: Part<'_>) {
        if self.is_on {
            self.said.clear();
            self.value(value, part);
        }
    }

    /// What stands in several types.
    fn bundle(&mut self, bundle: &mut Map<String, Value>, part: Part<'_>) {
        for (_, data) in bundle.iter_mut().filter(|(mime, data)| !is_binary(mime, data)) {
            self.value(data, part);
        }
        self.keys(bundle, part);
    }

    /// Text that is attached may be kept as base64.
    fn attachment(&mut self, bundle: &mut Value, part: Part<'_>) {
        let Value::Object(bundle) = bundle else { return self.json(bundle, part) };
        if self.is_on {
            self.said.clear();
            self.bundle(bundle, part);
        }
        for (_, data) in bundle.iter_mut() {
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
                self.lines(list, part);
            }
            Value::Array(list) => list.iter_mut().for_each(|item| self.value(item, part)),
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
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
        let has_ends = list.iter().any(|line| line.as_str().is_some_and(|line| line.ends_with('\n')));
        let lines: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        let mut text = lines.join(if has_ends { "" } else { "\n" });
        let was = std::mem::replace(&mut self.has_redacted, false);
        self.string(&mut text, None, part);
        if self.has_redacted {
            *list = match has_ends {
                true => text.split_inclusive('\n').map(|line| Value::String(line.to_owned())).collect(),
                false => text.split('\n').map(|line| Value::String(line.to_owned())).collect(),
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
        let seen = match key {
            None => Cow::Borrowed(text.as_str()),
            Some(_) => Cow::Owned(format!("{before}{text}\"")),
        };
        let secrets = self.secrets;
        let found = match part.is_source {
            true => secrets.find(&seen, self.path),
            false => secrets.find_in_output(&seen, self.path),
        };
        let mut out = String::new();
        let mut done = 0;
        let allowed = |kind: &Kind| self.allowed.contains(&kind.id) || self.allowed.contains("secret");
        let (passed, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| allowed(found.kind));
        self.passed.extend(passed.iter().map(|found| seen[found.range.clone()].to_owned()));
        if part.is_source && seen.contains(":allow") {
            self.passed.extend(secrets.allowed_beside(&seen, self.path));
        }
        for found in found {
            let from = found.range.start.max(before.len()) - before.len();
            let to = found.range.end.min(before.len() + text.len()).saturating_sub(before.len());
            if from >= to {
                continue;
            }
            self.values.push(text[from..to].to_owned());
            self.say(&found, part);
            if found.kind.redacts {
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
        if !self.said.insert((found.kind.id.clone(), found.mark)) && !part.is_source {
            return;
        }
        let mut note = found.note(part.name, part.is_source);
        if part.is_source {
            note = note.at_line(found.line);
        }
        if let Some(cell) = part.cell {
            note = note.in_cell(cell);
        }
        self.notes.push(note);
    }
}

/// Whether more or other things are found where two texts stand as one.
fn crosses(one: &str, two: &str, count: &dyn Fn(&str) -> usize) -> bool {
    // A secret at the border has its ends near it; keys are long.
    const NEAR: usize = 4000;
    let bound = |text: &str, mut at: usize| {
        while !text.is_char_boundary(at) {
            at += 1;
        }
        at
    };
    let end = &one[bound(one, one.len().saturating_sub(NEAR))..];
    let start = &two[..bound(two, two.len().min(NEAR))];
    !one.ends_with('\n') && count(&format!("{end}{start}")) != count(end) + count(start)
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
    found: Mutex<(Vec<Note>, Vec<String>)>,
}

impl<'a> Sifted<'a> {
    pub(super) fn new(around: &Around<'a>) -> Self {
        Self { around: *around, found: Mutex::default() }
    }

    /// What was said of them, and the secrets themselves.
    pub(super) fn into_notes(self) -> (Vec<Note>, Vec<String>) {
        self.found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Sifted<'_> {
    fn text(&self, path: &SitePath) -> Result<String, String> {
        let mut text = self.around.files.text(path)?;
        let mut sieve = Sieve::new(&Around { path, ..self.around }, &text);
        let name = format!("`{path}`, which the page takes in");
        sieve.text(&mut text, Part { cell: None, name: &name, is_source: true });
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        // The lines are those of the other file.
        found.0.extend(sieve.notes.drain(..).map(|note| Note { line: None, ..note }));
        found.1.append(&mut sieve.values);
        drop(found);
        Ok(text)
    }
}

/// Takes secrets out of the JSON of a notebook's file, which has this text; says whether there were
/// any.
pub(super) fn redact_json(value: &mut Value, place: (&Secrets, &str), text: &str) -> bool {
    let mut sieve = Sieve::of(place, text);
    let Value::Object(top) = value else {
        sieve.json(value, Part { cell: None, name: "", is_source: false });
        return sieve.has_redacted;
    };
    // Taken out of their places, and put back into them: the order of keys is the author's.
    let mut take = |key: &str| top.get_mut(key).map(std::mem::take);
    let (cells, sheets) = (take("cells"), take("worksheets"));
    sieve.top(top);
    for (key, list) in [("cells", cells), ("worksheets", sheets)] {
        let Some(mut list) = list else { continue };
        match (key, &mut list) {
            ("cells", Value::Array(cells)) => cells.iter_mut().for_each(|cell| redact_cell(cell, &mut sieve)),
            (_, Value::Array(sheets)) => {
                for sheet in sheets {
                    let cells = sheet.get_mut("cells").and_then(Value::as_array_mut);
                    cells.into_iter().flatten().for_each(|cell| redact_cell(cell, &mut sieve));
                }
            }
            (_, other) => sieve.json(other, Part { cell: None, name: "", is_source: false }),
        }
        top.insert(key.to_owned(), list);
    }
    sieve.has_redacted
}

fn redact_cell(cell: &mut Value, sieve: &mut Sieve<'_>) {
    let at = CellRef { number: 0, id: None, line: 0, spread: false };
    let Value::Object(fields) = cell else {
        return sieve.json(cell, Part { cell: None, name: "", is_source: false });
    };
    // Taken out of their places, and put back into them: the order of keys is the author's.
    let (mut source, mut kept) = (String::new(), Vec::new());
    for key in ["source", "input"] {
        let Some(mut value) = fields.get_mut(key).map(std::mem::take) else { continue };
        if sieve.is_on {
            sieve.value(&mut value, Part { cell: None, name: "", is_source: true });
        }
        source = joined(&value).unwrap_or_default();
        kept.push((key.to_owned(), value));
    }
    sieve.cell(fields, &source, &at);
    fields.extend(kept);
}

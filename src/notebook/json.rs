//! JSON as notebooks really hold it: read once, with every wrong type survived and every cell's
//! place in the file known.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::diagnostic::Lines;

/// A notebook's top level: its cells, and every other field as plain JSON. Of keys that stand
/// twice the last counts, as for Jupyter.
#[derive(Default)]
pub(super) struct NotebookJson<'a> {
    /// `cells` of format 4, or those of all `worksheets` of format 3 and 2 in turn; `None` where
    /// there is no such field or it is no list.
    pub(super) cells: Option<Vec<CellJson<'a>>>,
    pub(super) fields: Map<String, Value>,
}

/// One cell: its source still as it stands in the file, the other fields as plain JSON.
#[derive(Default)]
pub(super) struct CellJson<'a> {
    /// `source`, or `input` of formats 3 and 2.
    pub(super) source: Option<&'a RawValue>,
    pub(super) fields: Map<String, Value>,
    /// What stood in the list in place of an object.
    pub(super) not_an_object: bool,
}

/// A text as notebooks keep it: one string, or its lines with their ends.
pub fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => Some(lines.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

/// A list of something, or the fact that there was something else.
struct Loose<T>(Option<T>);

/// Implements the visits of everything that is not what is wanted.
macro_rules! anything_else {
    ($value:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'de: 'a, 'a> Deserialize<'de> for Loose<Vec<CellJson<'a>>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;
        impl<'de> Visitor<'de> for Cells {
            type Value = Option<Vec<CellJson<'de>>>;
            anything_else!(None);
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut cells = Vec::new();
                while let Some(cell) = seq.next_element()? {
                    cells.push(cell);
                }
                Ok(Some(cells))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(None)
            }
        }
        deserializer.deserialize_any(Cells).map(Loose)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for CellJson<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cell;
        impl<'de> Visitor<'de> for Cell {
            type Value = CellJson<'de>;
            anything_else!(CellJson { not_an_object: true, ..CellJson::default() });
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(CellJson { not_an_object: true, ..CellJson::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut cell = CellJson::default();
                while let Some(Key(key)) = map.next_key()? {
                    match key.as_ref() {
                        "source" | "input" => cell.source = Some(map.next_value()?),
                        _ => {
                            cell.fields.insert(key.into_owned(), map.next_value()?);
                        }
                    }
                }
                Ok(cell)
            }
        }
        deserializer.deserialize_any(Cell)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for NotebookJson<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = NotebookJson<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a notebook, which is a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut top = NotebookJson::default();
                while let Some(Key(key)) = map.next_key()? {
                    match key.as_ref() {
                        "cells" => top.cells = map.next_value::<Loose<Vec<CellJson>>>()?.0,
                        "worksheets" => {
                            let sheets = map.next_value::<Sheets>()?.0;
                            if top.cells.is_none() {
                                top.cells = sheets;
                            }
                        }
                        _ => {
                            top.fields.insert(key.into_owned(), map.next_value()?);
                        }
                    }
                }
                Ok(top)
            }
        }
        deserializer.deserialize_map(Top)
    }
}

/// The cells of all worksheets, one after the other.
struct Sheets<'a>(Option<Vec<CellJson<'a>>>);

impl<'de: 'a, 'a> Deserialize<'de> for Sheets<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Option<Vec<CellJson<'de>>>;
            anything_else!(None);
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(sheet) = seq.next_element::<NotebookJson>()? {
                    all.extend(sheet.cells.unwrap_or_default());
                }
                Ok(Some(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(None)
            }
        }
        deserializer.deserialize_any(List).map(Sheets)
    }
}

/// An object's key, borrowed where it holds no escape.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }
            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Whether a key stands twice in any object of a text: of its values readers see the last, and the
/// file holds both.
pub(super) fn has_doubles(text: &str) -> bool {
    serde_json::from_str::<Doubles>(text).is_ok_and(|doubles| doubles.0)
}

struct Doubles(bool);

impl<'de> Deserialize<'de> for Doubles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = bool;
            anything_else!(false);
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
                let mut any = false;
                while let Some(Doubles(has)) = seq.next_element()? {
                    any |= has;
                }
                Ok(any)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
                let (mut any, mut seen) = (false, HashSet::new());
                while let Some((Key(key), Doubles(has))) = map.next_entry()? {
                    any |= has | !seen.insert(key);
                }
                Ok(any)
            }
        }
        deserializer.deserialize_any(Any).map(Doubles)
    }
}

/// What [`repair`] found wrong with the JSON and set right.
#[derive(Default, Clone, Copy)]
pub(super) struct Repairs {
    /// `NaN`, `Infinity` and `-Infinity`, which Python writes, became `null`.
    pub(super) numbers: usize,
    /// Halves of surrogate pairs became U+FFFD.
    pub(super) surrogates: usize,
    /// Control characters that stood unescaped in strings were escaped.
    pub(super) controls: usize,
}

/// `text` with what is known to make strict JSON readers fail set right.
pub(super) fn repair(text: &str) -> (String, Repairs) {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut done = Repairs::default();
    let (mut at, mut copied, mut in_string) = (0, 0, false);
    while at < bytes.len() {
        let byte = bytes[at];
        let (skip, put): (usize, Cow<'static, str>) = match byte {
            b'"' => {
                in_string = !in_string;
                at += 1;
                continue;
            }
            b'\\' if in_string => match lone_surrogate(&bytes[at..]) {
                Some(true) => {
                    done.surrogates += 1;
                    (6, "\\ufffd".into())
                }
                Some(false) => {
                    at += 12;
                    continue;
                }
                None => {
                    at += 2;
                    continue;
                }
            },
            0..0x20 if in_string => {
                done.controls += 1;
                (1, format!("\\u{byte:04x}").into())
            }
            b'N' if !in_string && bytes[at..].starts_with(b"NaN") => (3, "null".into()),
            b'I' if !in_string && bytes[at..].starts_with(b"Infinity") => (8, "null".into()),
            b'-' if !in_string && bytes[at..].starts_with(b"-Infinity") => (9, "null".into()),
            _ => {
                at += 1;
                continue;
            }
        };
        if put == "null" {
            done.numbers += 1;
        }
        out.push_str(&text[copied..at]);
        out.push_str(&put);
        at += skip;
        copied = at;
    }
    out.push_str(&text[copied..]);
    (out, done)
}

/// For an escape at the start of `bytes`: `Some(true)` for half a surrogate pair, `Some(false)`
/// for a whole one, `None` for any other escape.
fn lone_surrogate(bytes: &[u8]) -> Option<bool> {
    let unit = |bytes: &[u8]| {
        let hex = bytes.strip_prefix(b"\\u")?.get(..4)?;
        u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
    };
    match unit(bytes)? {
        0xd800..=0xdbff => {
            let low = bytes.get(6..).and_then(unit);
            Some(!matches!(low, Some(0xdc00..=0xdfff)))
        }
        0xdc00..=0xdfff => Some(true),
        _ => None,
    }
}

/// The lines in which parts of a text begin.
pub(super) struct PartLines<'a> {
    text: &'a str,
    lines: Lines<'a>,
    last: u32,
}

impl<'a> PartLines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, lines: Lines::new(text), last: 1 }
    }

    /// The line (from 1) in which `part`, a slice of the text, begins; that of the part before where
    /// it is none.
    pub(super) fn of(&mut self, part: &str) -> u32 {
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        if let Some(offset) = offset.filter(|offset| !part.is_empty() && *offset <= self.text.len()) {
            self.last = self.lines.of(offset);
        }
        self.last
    }
}

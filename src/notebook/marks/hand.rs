//! What a row of the table works with: the options of a cell, and the ways to change them.

use serde_json::Value;

use crate::notebook::options::{CellOptions, Claim, Level, Part, Visibility};
use crate::notebook::{Dialects, css_length};

/// The hand that writes what marks say into the options of one cell.
pub struct Hand<'a> {
    pub(in crate::notebook) options: &'a mut CellOptions,
    pub(in crate::notebook) claims: &'a mut Vec<Claim>,
    /// How strong the mark at work is, and how it is spelt.
    pub(in crate::notebook) level: Level,
    pub(in crate::notebook) spelling: &'static str,
    /// The tools whose meaning holds where tools disagree.
    pub(in crate::notebook) dialects: Dialects,
}

/// What is wanted where a value is neither `true` nor `false`.
const FLAG: &str = "`true` or `false`";

impl Hand<'_> {
    /// Claims that a part of the cell is shown, folded or removed.
    pub(super) fn see(&mut self, part: Part, visibility: Visibility) {
        self.claims.push(Claim { level: self.level, part, visibility, spelling: self.spelling });
    }

    /// `true` folds a part; `false` says nothing.
    pub(super) fn fold(&mut self, value: &Value, part: Part) -> Result<(), &'static str> {
        if flag(value)? {
            self.see(part, Visibility::Collapse);
        }
        Ok(())
    }

    /// `true` removes a part; `false` says nothing.
    pub(super) fn remove(&mut self, value: &Value, part: Part) -> Result<(), &'static str> {
        if flag(value)? {
            self.see(part, Visibility::Remove);
        }
        Ok(())
    }

    /// `true` shows a part, `false` removes it.
    pub(super) fn show(&mut self, value: &Value, part: Part) -> Result<(), &'static str> {
        self.see(part, if flag(value)? { Visibility::Show } else { Visibility::Remove });
        Ok(())
    }
}

/// A value that is `true` or `false`, also as YAML 1.1 and R write them.
pub(super) fn flag(value: &Value) -> Result<bool, &'static str> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) => match text.as_str() {
            "true" | "yes" | "on" | "TRUE" | "True" | "T" => Ok(true),
            "false" | "no" | "off" | "FALSE" | "False" | "F" => Ok(false),
            _ => Err(FLAG),
        },
        _ => Err(FLAG),
    }
}

/// A value that must be a JSON flag: for keys that editors write, never people.
pub(super) fn strict(value: &Value) -> Result<Value, &'static str> {
    if value.is_boolean() { Ok(value.clone()) } else { Err(FLAG) }
}

/// A value that is text, or a number as text.
pub(super) fn text(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err("text"),
    }
}

/// A value that is text or a list of texts.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, &'static str> {
    match value {
        Value::Array(list) => list.iter().map(text).collect::<Result<_, _>>().map_err(|_| "a list of texts"),
        other => text(other).map(|text| vec![text]).map_err(|_| "text or a list of texts"),
    }
}

/// A length as CSS has it: digits with a unit, or a plain number of pixels.
pub(super) fn length(value: &Value) -> Result<String, &'static str> {
    const WANTED: &str = "a length such as `50%`, `300px` or `4in`";
    css_length(&text(value).map_err(|_| WANTED)?).ok_or(WANTED)
}

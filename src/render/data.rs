//! Data outputs: JSON as a tree that folds, tables of CSV and of Frictionless data resources,
//! vdom.

use serde_json::Value;

use super::fragment::{Fragment, Label};
use crate::html::escape_into;

/// How many nodes of a tree are marked up; what is beyond stands as compact JSON.
const MAX_NODES: usize = 3000;
/// How deep a tree folds.
const MAX_DEPTH: usize = 40;
/// How many rows of a table are shown.
const MAX_ROWS: usize = 500;
/// How many columns of a table are shown.
const MAX_COLUMNS: usize = 200;

/// JSON as nested `<details>`: the two outer levels open.
pub(super) fn tree(value: &Value) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<div class=\"json\">");
    let mut left = MAX_NODES;
    node(None, value, 0, &mut left, &mut out);
    out.markup("</div>");
    out
}

fn node(key: Option<&str>, value: &Value, depth: usize, left: &mut usize, out: &mut Fragment) {
    *left = left.saturating_sub(1);
    let name = |out: &mut Fragment| {
        if let Some(key) = key {
            out.markup("<span class=\"a\">");
            out.text(key);
            out.markup("</span>: ");
        }
    };
    let entries = match value {
        Value::Array(list) => list.len(),
        Value::Object(map) => map.len(),
        _ => 0,
    };
    if entries == 0 || *left == 0 || depth >= MAX_DEPTH {
        out.markup("<div class=\"json-leaf\">");
        name(out);
        let class = match value {
            Value::String(_) => "s",
            Value::Number(_) => "n",
            _ => "l",
        };
        out.markup(&format!("<span class=\"{class}\">"));
        let text = match value {
            // What is cut off anyway is not written first.
            Value::Array(_) | Value::Object(_) if entries > 200 => format!("{entries} …"),
            value => value.to_string(),
        };
        let end = text.floor_char_boundary(4000);
        out.text(&text[..end]);
        if end < text.len() {
            out.markup("…");
        }
        out.markup("</span></div>");
        return;
    }
    out.markup(if depth < 2 { "<details open><summary>" } else { "<details><summary>" });
    name(out);
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    out.markup(&format!("<span class=\"json-size\">{open}{entries}{close}</span></summary>"));
    match value {
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                if *left == 0 {
                    out.markup("<div class=\"json-leaf\">…</div>");
                    break;
                }
                node(Some(&index.to_string()), item, depth + 1, left, out);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                if *left == 0 {
                    out.markup("<div class=\"json-leaf\">…</div>");
                    break;
                }
                node(Some(key), item, depth + 1, left, out);
            }
        }
        _ => {}
    }
    out.markup("</details>");
}

/// A table of rows of text.
fn table(head: &[String], rows: impl Iterator<Item = Vec<String>>, total: usize) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<div class=\"table-wrap\" tabindex=\"0\"><table class=\"dataframe\"><thead><tr>");
    for name in head.iter().take(MAX_COLUMNS) {
        out.markup("<th>");
        out.text(name);
        out.markup("</th>");
    }
    out.markup("</tr></thead><tbody>");
    for row in rows.take(MAX_ROWS) {
        out.markup("<tr>");
        for field in row.iter().take(MAX_COLUMNS) {
            out.markup("<td>");
            out.text(field);
            out.markup("</td>");
        }
        out.markup("</tr>\n");
    }
    out.markup("</tbody></table></div>");
    if total > MAX_ROWS {
        out.markup("<p class=\"output-label b-ui\">");
        out.label(Label::MoreRows(u32::try_from(total - MAX_ROWS).unwrap_or(u32::MAX)));
        out.markup("</p>");
    }
    out
}

/// A table of delimited text, the first record as its head (RFC 4180, leniently).
pub(super) fn csv(text: &str, delimiter: u8) -> Option<Fragment> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().ok()?.iter().map(str::to_owned).collect();
    if head.is_empty() {
        return None;
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut total = 0;
    for record in reader.records().flatten() {
        total += 1;
        if rows.len() < MAX_ROWS {
            rows.push(record.iter().map(str::to_owned).collect());
        }
    }
    Some(table(&head, rows.into_iter(), total))
}

/// A tabular data resource: `schema.fields[].name` and `data` as objects or lists,
/// <https://specs.frictionlessdata.io/tabular-data-resource/>.
pub(super) fn resource(value: &Value) -> Option<Fragment> {
    let data = value.get("data")?.as_array()?;
    let fields = value.get("schema").and_then(|schema| schema.get("fields")).and_then(Value::as_array);
    let mut head: Vec<String> = fields
        .map(|fields| {
            fields.iter().filter_map(|field| field.get("name")?.as_str().map(str::to_owned)).collect()
        })
        .unwrap_or_default();
    if head.is_empty() {
        head = data.first()?.as_object()?.keys().cloned().collect();
    }
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let rows = data.iter().map(|row| match row {
        Value::Object(map) => head.iter().map(|name| map.get(name).map(text).unwrap_or_default()).collect(),
        Value::Array(list) => list.iter().map(text).collect(),
        other => vec![text(other)],
    });
    Some(table(&head, rows, data.len()))
}

/// A table that Databricks keeps in an output's metadata: rows of values and the names of columns.
pub(super) fn databricks(value: &Value) -> Option<Fragment> {
    if value.get("type").and_then(Value::as_str) != Some("table") {
        return None;
    }
    let fields = value.get("schema").cloned().filter(Value::is_array)?;
    resource(&serde_json::json!({ "data": value.get("data")?, "schema": { "fields": fields } }))
}

/// vdom (<https://github.com/nteract/vdom>) as HTML text, for the sanitiser to judge.
pub(super) fn vdom(value: &Value) -> Option<String> {
    let mut out = String::new();
    element(value, 0, &mut out)?;
    Some(out)
}

fn element(value: &Value, depth: usize, out: &mut String) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    match value {
        Value::String(text) => escape_into(out, text),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::Array(list) => {
            for item in list {
                element(item, depth + 1, out)?;
            }
        }
        Value::Object(map) => {
            let name = map.get("tagName")?.as_str()?;
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return None;
            }
            out.push('<');
            out.push_str(name);
            if let Some(Value::Object(attributes)) = map.get("attributes") {
                for (key, value) in attributes {
                    let sound = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                    if let (true, Some(value)) = (sound && !key.is_empty(), value.as_str()) {
                        out.push(' ');
                        out.push_str(key);
                        out.push_str("=\"");
                        escape_into(out, value);
                        out.push('"');
                    }
                }
            }
            out.push('>');
            if let Some(children) = map.get("children") {
                element(children, depth + 1, out)?;
            }
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        Value::Null | Value::Bool(_) => {}
    }
    Some(())
}

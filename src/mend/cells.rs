//! Cells: ids, empty ones at the end, spellings in their sources.

use std::collections::HashSet;

use jsonc_parser::cst::{CstInputValue, CstNode, CstObject};

use super::{Spelling, cells_of, string, target};
use crate::digest::Digest;

/// Gives an id to each cell that has none, an unsound one, or that of a cell above; says to how
/// many. Only formats from 4.5 on have ids. The same notebook gets the same ids.
pub(super) fn give_ids(top: &CstObject) -> usize {
    let number = |name: &str| top.get(name)?.value()?.as_number_lit()?.to_string().parse::<u32>().ok();
    if number("nbformat") != Some(4) || number("nbformat_minor").is_none_or(|minor| minor < 5) {
        return 0;
    }
    let cells = cells_of(top);
    let is_sound = |id: &String| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let mut taken: HashSet<String> = HashSet::new();
    let wanting: Vec<&CstObject> = cells
        .iter()
        .filter(|cell| match string(cell, "id").filter(is_sound) {
            Some(id) => !taken.insert(id),
            None => true,
        })
        .collect();
    let count = wanting.len();
    for (place, cell) in wanting.into_iter().enumerate() {
        let mut salt = place as u64;
        let id = loop {
            let digest = Digest::of_parts(&[source(cell).as_bytes(), &salt.to_le_bytes()]);
            let id = format!("{digest:.8}");
            if taken.insert(id.clone()) {
                break id;
            }
            salt = salt.wrapping_add(0x1_0000_0000);
        };
        match cell.get("id") {
            Some(prop) => prop.set_value(CstInputValue::String(id)),
            None => insert_id(cell, id),
        }
    }
    count
}

/// Puts an id where Jupyter writes it: its keys are in the order of the alphabet. A cell that stands
/// on one line stays there, which the library would not do: its id comes behind its type.
fn insert_id(cell: &CstObject, id: String) {
    let text = cell.to_string();
    let kind = cell.get("cell_type").and_then(|prop| prop.value()?.as_string_lit());
    match kind.filter(|_| !text.contains('\n')) {
        Some(kind) => {
            let space = if text.contains("\": ") || text.contains("\" :") { " " } else { "" };
            let raw = kind.raw_value();
            kind.set_raw_value(format!("{raw},{space}\"id\":{space}\"{id}\""));
        }
        None => {
            let names = cell.properties().into_iter().filter_map(|prop| prop.decoded_name());
            let before = names.take_while(|name| name.as_str() < "id").count();
            cell.insert(before, "id", CstInputValue::String(id));
        }
    }
}

/// Removes empty cells from the end, but for the last that there is; says how many.
pub(super) fn drop_empty_end(top: &CstObject) -> usize {
    let cells = cells_of(top);
    let mut count = 0;
    for cell in cells.iter().skip(1).rev() {
        let is_bare = |name: &str| match cell.get(name).and_then(|prop| prop.value()) {
            None => true,
            Some(value) => match (value.as_array(), value.as_object()) {
                (Some(list), _) => list.elements().is_empty(),
                (_, Some(map)) => map.properties().is_empty(),
                _ => false,
            },
        };
        // Whatever its author or a tool says of it, it says something.
        let has_more = cell.properties().iter().filter_map(|prop| prop.decoded_name()).any(|name| {
            !matches!(
                name.as_str(),
                "cell_type" | "execution_count" | "id" | "metadata" | "outputs" | "source" | "attachments"
            )
        });
        let is_empty = source(cell).trim().is_empty()
            && ["outputs", "attachments", "metadata"].into_iter().all(is_bare)
            && !has_more;
        if !is_empty {
            break;
        }
        cell.clone().remove();
        count += 1;
    }
    count
}

/// Spells pieces of sources as they should be; says how many.
pub(super) fn respell(top: &CstObject, spellings: &[Spelling]) -> usize {
    let cells = cells_of(top);
    let mut count = 0;
    for spelling in spellings {
        let place = spelling.cell.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
        let Some(cell) = place.and_then(|place| cells.get(place)) else { continue };
        let Some(value) = cell.get("source").and_then(|prop| prop.value()) else { continue };
        // Each line is a string of its own, or all of them are one.
        let piece = match value.as_array() {
            Some(lines) => {
                let lines = lines.elements();
                let has_ends = |node: &CstNode| {
                    text_of(node).is_some_and(|text| text.trim_end_matches('\n').contains('\n'))
                };
                // Where a string holds several lines, nobody knows which is meant.
                if lines.iter().any(has_ends) {
                    None
                } else {
                    lines.into_iter().nth((spelling.line as usize).saturating_sub(1))
                }
            }
            None => Some(value),
        };
        count += usize::from(piece.is_some_and(|piece| respell_one(&piece, spelling)));
    }
    count
}

fn respell_one(piece: &CstNode, spelling: &Spelling) -> bool {
    let Some(literal) = piece.as_string_lit() else { return false };
    let inside = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let raw = literal.raw_value();
    let (from, to) = (inside(&spelling.from), inside(&spelling.to));
    let Some(at) = target(&raw, &from) else { return false };
    let mut new = raw;
    new.replace_range(at..at + from.len(), &to);
    literal.set_raw_value(new);
    true
}

/// The source of a cell.
fn source(cell: &CstObject) -> String {
    let Some(value) = cell.get("source").and_then(|prop| prop.value()) else { return String::new() };
    match value.as_array() {
        Some(lines) => lines.elements().iter().filter_map(text_of).collect(),
        None => text_of(&value).unwrap_or_default(),
    }
}

fn text_of(node: &CstNode) -> Option<String> {
    node.as_string_lit()?.decoded_value().ok()
}

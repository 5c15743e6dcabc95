//! Cells: ids, empty ones at the end, spellings in their sources.

use std::collections::HashSet;

use jsonc_parser::cst::{CstInputValue, CstNode, CstObject};

use super::{Spelling, cells_of, string};
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
        let value = CstInputValue::String(id);
        match cell.get("id") {
            Some(prop) => prop.set_value(value),
            // Where Jupyter writes it: its keys are in the order of the alphabet.
            None => {
                let names = cell.properties().into_iter().filter_map(|prop| prop.decoded_name());
                let before = names.take_while(|name| name.as_str() < "id").count();
                cell.insert(before, "id", value);
            }
        }
    }
    count
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
        let has_tags = cell
            .object_value("metadata")
            .and_then(|metadata| metadata.array_value("tags"))
            .is_some_and(|tags| !tags.elements().is_empty());
        if !source(cell).trim().is_empty() || !is_bare("outputs") || !is_bare("attachments") || has_tags {
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
            Some(lines) => lines.elements().into_iter().nth(spelling.line as usize - 1),
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
    if raw.matches(&from).count() != 1 {
        return false;
    }
    literal.set_raw_value(raw.replacen(&from, &to, 1));
    true
}

/// The source of a cell.
fn source(cell: &CstObject) -> String {
    let Some(value) = cell.get("source").and_then(|prop| prop.value()) else { return String::new() };
    let text = |node: &CstNode| node.as_string_lit().and_then(|literal| literal.decoded_value().ok());
    match value.as_array() {
        Some(lines) => lines.elements().iter().filter_map(text).collect(),
        None => text(&value).unwrap_or_default(),
    }
}

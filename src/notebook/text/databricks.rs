//! Databricks' source files
//! (<https://docs.databricks.com/en/notebooks/notebook-format.html>): a first line, separators,
//! and `MAGIC` before every line of a cell in another language.

use super::Cells;

/// Whether the first line says so.
pub(super) fn is_source(text: &str, leader: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix(leader).map(str::trim) == Some("Databricks notebook source")
}

pub(super) fn read(text: &str, leader: &str, cells: &mut Cells) {
    let mut source = String::new();
    let mut title = None;
    let mut begins = 1;
    let mut at = 1;
    for line in text.lines().skip(1) {
        at += 1;
        let said = line.strip_prefix(leader).map(str::trim_start);
        if said.is_some_and(|said| said.starts_with("COMMAND -----")) {
            end(&mut source, &mut title, begins, cells);
            begins = at;
        } else if let Some(said) = said.and_then(|said| said.strip_prefix("DBTITLE ")) {
            title = said.split_once(',').map(|(_, title)| title.to_owned());
        } else {
            let magic = said.and_then(|said| said.strip_prefix("MAGIC"));
            source.push_str(magic.map_or(line, |magic| magic.strip_prefix(' ').unwrap_or(magic)));
            source.push('\n');
        }
    }
    end(&mut source, &mut title, begins, cells);
}

fn end(source: &mut String, title: &mut Option<String>, begins: u32, cells: &mut Cells) {
    let draft = cells.add("code", std::mem::take(source), begins);
    if let (Some(draft), Some(title)) = (draft, title.take()) {
        draft.metadata.insert("title".to_owned(), title.into());
    }
}

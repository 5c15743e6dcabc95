//! `_toc.yml` of Jupyter Book 1 (books, articles, and the lists of its first versions), and
//! `_data/toc.yml` of older books, which Azure Data Studio writes.

use serde_json::{Map, Value};

use super::{NavEntry, NavFile, NavTarget, Read, files, ignore, target, text, texts, yaml_file};
use crate::path::SitePath;
use crate::yaml;

/// Keys under which items stand.
const ITEMS: [&str; 4] = ["chapters", "sections", "entries", "items"];
/// Keys under which groups of items stand.
const GROUPS: [&str; 2] = ["parts", "subtrees"];

pub(super) fn read(folder: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let (path, parsed) = yaml_file(folder, &["_toc.yml", "_toc.yaml"], read)?;
    let mut file = NavFile { tool: "Jupyter Book", path, base: folder.clone(), ..NavFile::default() };
    let only_toc = config(folder, read, &mut file);
    match parsed {
        Ok(Value::Object(map)) => {
            match text(&map, "root") {
                Some(root) => file.entries.push(page(&root)),
                None => file.faults.push("`root` names no file".to_owned()),
            }
            let known =
                ["format", "root", "title", "chapters", "sections", "entries", "items", "parts", "subtrees"];
            ignore(&map, &known, &mut file.ignored);
            let below = below(&map, &mut file);
            file.entries.extend(below);
        }
        Ok(Value::Array(list)) => file.entries = old_list(&list, &mut file),
        Ok(_) => file.faults.push("it holds neither a map nor a list".to_owned()),
        Err(error) => file.faults.push(format!("it is no YAML: {error}")),
    }
    if only_toc {
        file.only_entries();
    }
    Some(file)
}

/// Title and works of `_config.yml`; whether only the files of the table are published.
fn config(folder: &SitePath, read: Read<'_>, file: &mut NavFile) -> bool {
    let Some(map) = read(&folder.child("_config.yml")).and_then(|text| yaml::map(&text).ok()) else {
        return false;
    };
    file.title = text(&map, "title");
    file.bibliography = files(folder, map.get("bibtex_bibfiles"));
    texts(map.get("exclude_patterns")).iter().for_each(|glob| file.leave_out(glob));
    map.get("only_build_toc_files") == Some(&Value::Bool(true))
}

fn page(path: &str) -> NavEntry {
    NavEntry { target: NavTarget::Page(path.to_owned()), ..NavEntry::default() }
}

/// What stands below an entry: its groups or its items.
fn below(map: &Map<String, Value>, file: &mut NavFile) -> Vec<NavEntry> {
    let mut found = Vec::new();
    for key in GROUPS {
        match map.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::Array(groups)) => {
                for group in groups.iter().filter_map(Value::as_object) {
                    let known =
                        ["caption", "chapters", "sections", "entries", "items", "parts", "subtrees", "part"];
                    ignore(group, &known, &mut file.ignored);
                    let children = below(group, file);
                    match text(group, "caption").or_else(|| text(group, "part")) {
                        Some(title) => {
                            found.push(NavEntry { title: Some(title), children, ..NavEntry::default() })
                        }
                        None => found.extend(children),
                    }
                }
            }
            Some(_) => file.faults.push(format!("`{key}` is no list")),
        }
    }
    for key in ITEMS {
        match map.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::Array(items)) => {
                for item in items {
                    found.extend(self::item(item, file));
                }
            }
            Some(_) => file.faults.push(format!("`{key}` is no list")),
        }
    }
    found
}

fn item(item: &Value, file: &mut NavFile) -> Option<NavEntry> {
    let map = match item {
        Value::Object(map) => map,
        Value::String(path) => return Some(page(path)),
        _ => {
            file.faults.push(format!("`{item}` is no entry"));
            return None;
        }
    };
    let known = [
        "file", "url", "glob", "title", "chapters", "sections", "entries", "items", "parts", "subtrees",
        "external", "search", "divider",
    ];
    ignore(map, &known, &mut file.ignored);
    // Azure Data Studio's own page of search, and lines between entries.
    if map.get("search") == Some(&Value::Bool(true)) || map.contains_key("divider") {
        return None;
    }
    let target = if let Some(path) = text(map, "file") {
        NavTarget::Page(path)
    } else if let Some(glob) = text(map, "glob") {
        NavTarget::Glob(glob)
    } else if let Some(url) = text(map, "url") {
        target(&url)
    } else {
        NavTarget::Group
    };
    let children = below(map, file);
    Some(NavEntry { title: text(map, "title"), target, children, hidden: false })
}

/// The list of Jupyter Book 0.7 to 0.10: the first entry is the root, `part` and `header` title what
/// stands below or behind them.
fn old_list(list: &[Value], file: &mut NavFile) -> Vec<NavEntry> {
    let mut found: Vec<NavEntry> = Vec::new();
    let mut under_header = false;
    for (number, value) in list.iter().enumerate() {
        let map = value.as_object();
        if let Some(title) = map.and_then(|map| text(map, "header")) {
            found.push(NavEntry { title: Some(title), ..NavEntry::default() });
            under_header = true;
            continue;
        }
        let part = map.and_then(|map| text(map, "part").or_else(|| text(map, "chapter")));
        if let (Some(title), Some(map)) = (part, map) {
            under_header = false;
            let children = below(map, file);
            found.push(NavEntry { title: Some(title), children, ..NavEntry::default() });
            continue;
        }
        let Some(mut entry) = item(value, file) else { continue };
        if number == 0 {
            // What stands below the first page stands beside it.
            let rest = std::mem::take(&mut entry.children);
            found.push(entry);
            found.extend(rest);
        } else if under_header && let Some(header) = found.last_mut() {
            header.children.push(entry);
        } else {
            found.push(entry);
        }
    }
    found
}

/// `_data/toc.yml`, whose paths are relative to `content` and have no extension.
pub(super) fn read_data(folder: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let data = folder.child("_data");
    let (path, parsed) = yaml_file(&data, &["toc.yml", "toc.yaml"], read)?;
    let mut file =
        NavFile { tool: "Azure Data Studio", path, base: folder.child("content"), ..NavFile::default() };
    config(folder, read, &mut file);
    match parsed {
        Ok(Value::Array(list)) => file.entries = old_data(&list, &mut file),
        Ok(_) => file.faults.push("it holds no list".to_owned()),
        Err(error) => file.faults.push(format!("it is no YAML: {error}")),
    }
    Some(file)
}

fn old_data(list: &[Value], file: &mut NavFile) -> Vec<NavEntry> {
    let mut found = Vec::new();
    for map in list.iter().filter_map(Value::as_object) {
        let known = ["title", "url", "sections", "subsections", "external", "header", "search", "divider"];
        ignore(map, &known, &mut file.ignored);
        if map.get("search") == Some(&Value::Bool(true)) || map.contains_key("divider") {
            continue;
        }
        let url = text(map, "url");
        let target = url.as_deref().map_or(NavTarget::Group, target);
        let mut children = Vec::new();
        for key in ["sections", "subsections"] {
            let list = map.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            children.extend(old_data(list, file));
        }
        let title = text(map, "title").or_else(|| text(map, "header"));
        found.push(NavEntry { title, target, children, hidden: false });
    }
    found
}

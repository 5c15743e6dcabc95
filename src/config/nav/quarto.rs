//! `_quarto.yml` of Quarto's websites and books; nbdev's sites are websites of Quarto's.

use serde_json::Value;

use super::{NavEntry, NavFile, NavTarget, Read, files, ignore, target, text, texts, yaml_file};
use crate::address::Address;
use crate::path::SitePath;
use crate::yaml;

pub(super) fn read(folder: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let (path, parsed) = yaml_file(folder, &["_quarto.yml", "_quarto.yaml"], read)?;
    let mut file = NavFile { tool: "Quarto", path, base: folder.clone(), ..NavFile::default() };
    let mut root = match parsed {
        Ok(Value::Object(root)) => root,
        Ok(_) => return None,
        Err(error) => {
            file.faults.push(format!("it is no YAML: {error}"));
            return Some(file);
        }
    };
    for name in texts(root.get("metadata-files")) {
        if let Some(more) =
            folder.join(&name).and_then(|path| read(&path)).and_then(|text| yaml::map(&text).ok())
        {
            yaml::merge(&mut root, more);
        }
    }
    file.bibliography = files(folder, root.get("bibliography"));
    let site = root.get("website").or_else(|| root.get("site")).and_then(Value::as_object);
    let book = root.get("book").and_then(Value::as_object);
    file.title = site.or(book).and_then(|map| text(map, "title"));
    ignore(
        &root,
        &["project", "website", "site", "book", "bibliography", "metadata-files"],
        &mut file.ignored,
    );
    if let Some(book) = book {
        ignore(
            book,
            &["title", "chapters", "appendices", "author", "date", "description"],
            &mut file.ignored,
        );
        file.entries = chapters(book.get("chapters"), &mut file.ignored);
        let appendices = chapters(book.get("appendices"), &mut file.ignored);
        if !appendices.is_empty() {
            let title = Some("Appendices".to_owned());
            file.entries.push(NavEntry { title, children: appendices, ..NavEntry::default() });
        }
        if let Some(references) = text(book, "references") {
            file.entries.push(NavEntry { target: NavTarget::Page(references), ..NavEntry::default() });
        }
    } else if let Some(site) = site {
        ignore(
            site,
            &["title", "description", "sidebar", "navbar", "site-url", "repo-url"],
            &mut file.ignored,
        );
        match site.get("sidebar") {
            Some(Value::Object(bar)) => file.entries = contents(bar.get("contents"), &mut file.ignored),
            Some(Value::Array(bars)) => {
                for bar in bars.iter().filter_map(Value::as_object) {
                    let inner = contents(bar.get("contents"), &mut file.ignored);
                    match text(bar, "title") {
                        Some(title) if bars.len() > 1 => {
                            file.entries.push(NavEntry {
                                title: Some(title),
                                children: inner,
                                ..NavEntry::default()
                            });
                        }
                        _ => file.entries.extend(inner),
                    }
                }
            }
            _ => {}
        }
        if file.entries.is_empty()
            && let Some(left) = site.get("navbar").and_then(|bar| bar.get("left"))
        {
            file.entries = contents(Some(left), &mut file.ignored);
        }
    }
    let project = root.get("project").and_then(Value::as_object);
    for glob in texts(project.and_then(|project| project.get("render"))) {
        match glob.strip_prefix('!') {
            Some(glob) => file.leave_out(&format!("/{}", glob.trim_start_matches('/'))),
            None => file.only.push(file.below_base(glob.trim_start_matches("./"))),
        }
    }
    for draft in texts(site.and_then(|site| site.get("drafts"))) {
        file.leave_out(&format!("/{}", draft.trim_start_matches('/')));
    }
    // Quarto takes what begins with an underscore for parts of other pages.
    for glob in ["_*.*", "_*/"] {
        file.leave_out(glob);
    }
    Some(file)
}

/// nbdev keeps its site in a folder of notebooks, which `settings.ini` may name.
pub(super) fn read_nbdev(folder: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let settings = read(&folder.child("settings.ini"))?;
    let name = settings.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "nbs_path").then(|| value.trim().to_owned())
    });
    let nbs = folder.join(name.as_deref().unwrap_or("nbs"))?;
    let file = self::read(&nbs, read)?;
    Some(NavFile { tool: "nbdev", ..file })
}

/// The contents of a sidebar: a list, a folder, a glob, or `auto`.
fn contents(value: Option<&Value>, ignored: &mut Vec<String>) -> Vec<NavEntry> {
    match value {
        Some(Value::String(said)) => vec![auto(said)],
        Some(Value::Object(map)) if map.contains_key("auto") => autos(map.get("auto")),
        Some(Value::Array(list)) => list.iter().flat_map(|item| self::item(item, ignored)).collect(),
        _ => Vec::new(),
    }
}

fn auto(said: &str) -> NavEntry {
    let glob = if said == "auto" {
        "**".to_owned()
    } else if said.contains('*') {
        said.to_owned()
    } else {
        format!("{}/**", said.trim_end_matches('/'))
    };
    NavEntry { target: NavTarget::Glob(glob), ..NavEntry::default() }
}

fn autos(value: Option<&Value>) -> Vec<NavEntry> {
    match value {
        Some(Value::Bool(true)) => vec![auto("auto")],
        other => texts(other).iter().map(|said| auto(said)).collect(),
    }
}

/// Whether a text is drawn as a line between entries.
fn is_line(text: &str) -> bool {
    text.len() >= 3 && text.chars().all(|c| c == '-')
}

fn item(item: &Value, ignored: &mut Vec<String>) -> Vec<NavEntry> {
    let map = match item {
        Value::String(said) if is_line(said) => return Vec::new(),
        Value::String(said) if said.contains('*') => return vec![auto(said)],
        Value::String(said) => return vec![NavEntry { target: target(said), ..NavEntry::default() }],
        Value::Object(map) => map,
        _ => return Vec::new(),
    };
    if map.contains_key("auto") {
        return autos(map.get("auto"));
    }
    ignore(map, &["href", "file", "url", "text", "section", "contents", "menu"], ignored);
    let href = ["href", "file", "url"].iter().find_map(|key| text(map, key));
    let name = text(map, "text").filter(|text| !is_line(text));
    if map.contains_key("section") || map.contains_key("contents") || map.contains_key("menu") {
        let section = text(map, "section");
        let is_page =
            |name: &String| [".qmd", ".md", ".ipynb", ".rmd", ".Rmd"].iter().any(|end| name.ends_with(end));
        let page = href.or_else(|| section.clone().filter(is_page));
        let title = name.or_else(|| section.filter(|name| !is_page(name)));
        let children = contents(map.get("contents").or_else(|| map.get("menu")), ignored);
        let target = page.map_or(NavTarget::Group, |page| target(&page));
        return vec![NavEntry { title, target, children, hidden: false }];
    }
    match href {
        Some(href) => vec![NavEntry { title: name, target: target(&href), ..NavEntry::default() }],
        None => Vec::new(),
    }
}

/// The chapters of a book; a part is a page or a title.
fn chapters(value: Option<&Value>, ignored: &mut Vec<String>) -> Vec<NavEntry> {
    let mut found = Vec::new();
    for item in value.and_then(Value::as_array).into_iter().flatten() {
        let map = match item {
            Value::String(path) if is_line(path) => continue,
            Value::String(path) => {
                found.push(NavEntry { target: target(path), ..NavEntry::default() });
                continue;
            }
            Value::Object(map) => map,
            _ => continue,
        };
        ignore(map, &["part", "chapters", "href", "file", "text"], ignored);
        if let Some(part) = text(map, "part") {
            let is_page = part.contains('.') && !part.contains(' ') && Address::parse(&part).is_none();
            let children = chapters(map.get("chapters"), ignored);
            let (title, target) =
                if is_page { (None, target(&part)) } else { (Some(part), NavTarget::Group) };
            found.push(NavEntry { title, target, children, hidden: false });
        } else if let Some(href) = text(map, "href").or_else(|| text(map, "file")) {
            found.push(NavEntry { title: text(map, "text"), target: target(&href), ..NavEntry::default() });
        }
    }
    found
}

//! `myst.yml` of mystmd and Jupyter Book 2.

use serde_json::{Map, Value};

use super::{NavEntry, NavFile, NavTarget, Read, files, ignore, target, text, texts, yaml_file};
use crate::path::SitePath;

pub(super) fn read(folder: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let (path, parsed) = yaml_file(folder, &["myst.yml", "myst.yaml"], read)?;
    let mut file = NavFile { tool: "MyST", path, base: folder.clone(), ..NavFile::default() };
    let root = match parsed {
        Ok(Value::Object(root)) => root,
        Ok(_) => Map::new(),
        Err(error) => {
            file.faults.push(format!("it is no YAML: {error}"));
            return Some(file);
        }
    };
    let project = root.get("project").and_then(Value::as_object).cloned().unwrap_or_default();
    file.title = text(&project, "title");
    file.bibliography = files(folder, project.get("bibliography"));
    texts(project.get("exclude")).iter().for_each(|glob| file.leave_out(glob));
    // Without a table of its own the pages stand as they lie, or as a `_toc.yml` beside it says.
    let Some(toc) = project.get("toc").and_then(Value::as_array) else {
        return (!file.left_out.is_empty()).then_some(file);
    };
    ignore(&root, &["version", "project", "extends"], &mut file.ignored);
    ignore(
        &project,
        &["title", "description", "toc", "bibliography", "exclude", "authors", "github", "id"],
        &mut file.ignored,
    );
    file.entries = entries(toc, &mut file.ignored);
    Some(file)
}

fn entries(list: &[Value], ignored: &mut Vec<String>) -> Vec<NavEntry> {
    let mut found = Vec::new();
    for map in list.iter().filter_map(Value::as_object) {
        ignore(map, &["file", "url", "pattern", "title", "children", "hidden"], ignored);
        let target = if let Some(path) = text(map, "file") {
            NavTarget::Page(path)
        } else if let Some(url) = text(map, "url") {
            target(&url)
        } else if let Some(glob) = text(map, "pattern") {
            NavTarget::Glob(glob)
        } else {
            NavTarget::Group
        };
        let children = map.get("children").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        found.push(NavEntry {
            title: text(map, "title"),
            target,
            children: entries(children, ignored),
            hidden: map.get("hidden") == Some(&Value::Bool(true)),
        });
    }
    found
}

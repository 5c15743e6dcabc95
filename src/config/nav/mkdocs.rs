//! `mkdocs.yml`.

use serde_json::{Map, Value};

use super::{NavEntry, NavFile, NavTarget, Read, ignore, target, text, yaml_file};
use crate::path::SitePath;

pub(super) fn read(folder: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let (path, parsed) = yaml_file(folder, &["mkdocs.yml", "mkdocs.yaml"], read)?;
    let mut file = NavFile { tool: "MkDocs", path, base: folder.clone(), ..NavFile::default() };
    let root = match parsed {
        Ok(Value::Object(root)) => root,
        Ok(_) => Map::new(),
        Err(error) => {
            file.faults.push(format!("it is no YAML: {error}"));
            return Some(file);
        }
    };
    file.title = text(&root, "site_name");
    file.base = folder.join(&text(&root, "docs_dir").unwrap_or_else(|| "docs".to_owned()))?;
    text(&root, "exclude_docs").iter().flat_map(|globs| globs.lines()).for_each(|glob| file.leave_out(glob));
    ignore(
        &root,
        &[
            "exclude_docs",
            "site_name",
            "site_description",
            "docs_dir",
            "nav",
            "site_url",
            "repo_url",
            "repo_name",
        ],
        &mut file.ignored,
    );
    match root.get("nav") {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) => file.entries = entries(list, &mut file.faults),
        Some(_) => file.faults.push("`nav` is no list".to_owned()),
    }
    Some(file)
}

fn entries(list: &[Value], faults: &mut Vec<String>) -> Vec<NavEntry> {
    let mut found = Vec::new();
    for item in list {
        match item {
            // awesome-pages: all that is not named.
            Value::String(rest) if rest == "..." || rest.starts_with("... |") => {
                found.push(NavEntry { target: NavTarget::Glob("**".to_owned()), ..NavEntry::default() });
            }
            Value::String(path) if path.contains('*') => {
                found.push(NavEntry { target: NavTarget::Glob(path.clone()), ..NavEntry::default() });
            }
            Value::String(path) => found.push(NavEntry { target: target(path), ..NavEntry::default() }),
            Value::Object(map) => {
                for (title, value) in map {
                    match value {
                        Value::String(path) => {
                            found.push(NavEntry {
                                title: Some(title.clone()),
                                target: target(path),
                                ..NavEntry::default()
                            });
                        }
                        Value::Array(list) => {
                            found.push(NavEntry {
                                title: Some(title.clone()),
                                children: entries(list, faults),
                                ..NavEntry::default()
                            });
                        }
                        _ => faults.push(format!("`{title}` leads nowhere")),
                    }
                }
            }
            other => faults.push(format!("`{other}` is no entry")),
        }
    }
    found
}

//! The house keeps its shape: imports run downward, and words of the interface are complete.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the top down; those of one floor do not know each other, but for the order in
/// which `ARCHITECTURE.md` names them.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["serve"],
    &["check"],
    &["build"],
    &["report", "manual", "mend", "start"],
    &["cache"],
    &["disk", "history", "watch", "web"],
    &["site"],
    &["theme"],
    &["search"],
    &["render"],
    &["notebook"],
    &["config"],
    &["secret"],
    &["diagnostic", "html", "yaml"],
    &["path"],
    &["address", "digest"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_run_downward() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap();
        let room = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        if room == "lib" {
            continue;
        }
        let own = floor(&room).unwrap_or_else(|| {
            panic!("{room} stands on no floor: give it one, and a line in ARCHITECTURE.md")
        });
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (at, _) in code.match_indices("crate::") {
            let used: String = code[at + "crate::".len()..]
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            if used == room || used.is_empty() {
                continue;
            }
            match floor(&used) {
                Some(other) if other > own => {}
                _ => wrong.push(format!("{} uses {used}", inside.display())),
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn all_languages_have_all_words() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/labels");
    let keys = |name: &str| -> Vec<String> {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let mut keys: Vec<String> = text
            .lines()
            .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
            .filter(|key| !key.starts_with('#'))
            .collect();
        keys.sort();
        keys
    };
    let english = keys("en.toml");
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert_eq!(keys(&name), english, "{name}");
    }
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for entry in fs::read_dir(templates).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("t.").filter(|(at, _)| text[..*at].ends_with([' ', '"'])) {
            let key: String =
                text[at + 2..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            assert!(english.contains(&key), "{}: {key}", path.display());
        }
    }
}

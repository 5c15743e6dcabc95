//! A desk to test on: a repo made of a few lines, built by the real program, and a look at what
//! came out.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses a part of it")]

pub mod edits;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::rc::Rc;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A repo in a temporary folder, and beside it the folder for caches.
pub struct Desk {
    folder: Rc<TempDir>,
    caches: Rc<TempDir>,
}

/// What a build gave.
pub struct Built {
    pub code: i32,
    pub stderr: String,
    out: PathBuf,
    desk: Desk,
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: Rc::new(TempDir::new().unwrap()), caches: Rc::new(TempDir::new().unwrap()) }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where the program finds the caches of its user.
    pub fn caches(&self) -> &Path {
        self.caches.path()
    }

    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let place = self.root().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
        self
    }

    pub fn notebook(self, path: &str, notebook: Value) -> Self {
        self.file(path, serde_json::to_string_pretty(&notebook).unwrap())
    }

    /// A notebook with one cell of Markdown.
    pub fn prose(self, path: &str, source: &str) -> Self {
        self.notebook(path, nb([md(source)]))
    }

    pub fn git(&self, arguments: &[&str]) {
        let status = Command::new("git")
            .args([
                "-c",
                "user.name=Ada",
                "-c",
                "user.email=ada@example.org",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(self.root())
            .env("GIT_AUTHOR_DATE", "2026-03-04T05:06:07Z")
            .env("GIT_COMMITTER_DATE", "2026-03-04T05:06:07Z")
            .output()
            .unwrap();
        assert!(status.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&status.stderr));
    }

    /// The program at this desk, with nothing around that it would listen to.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bindery"));
        for (variable, _) in std::env::vars_os() {
            let name = variable.to_string_lossy();
            if name.starts_with("CI") || name.starts_with("GITLAB_") || name == "SOURCE_DATE_EPOCH" {
                command.env_remove(variable);
            }
        }
        command.env("XDG_CACHE_HOME", self.caches()).args(arguments).current_dir(self.root());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The same desk once more.
    pub fn again(&self) -> Desk {
        Desk { folder: self.folder.clone(), caches: self.caches.clone() }
    }

    pub fn build(&self) -> Built {
        self.build_with(&[])
    }

    pub fn build_with(&self, more: &[&str]) -> Built {
        let arguments: Vec<&str> = ["build", "--verbose"].iter().chain(more).copied().collect();
        let output = self.run(&arguments);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Built {
            code: output.status.code().unwrap_or(-1),
            stderr,
            out: self.root().join("public"),
            desk: self.again(),
        }
    }
}

impl Built {
    pub fn path(&self, path: &str) -> PathBuf {
        self.out.join(path)
    }

    pub fn has(&self, path: &str) -> bool {
        self.path(path).is_file()
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.stderr))
    }

    /// What stands in the content of a page.
    pub fn content(&self, path: &str) -> String {
        let page = self.read(path);
        let start = page.find("<div class=\"content\">").expect("a page has content")
            + "<div class=\"content\">".len();
        let end = page[start..].find("</article>").unwrap();
        page[start..start + end].trim().trim_end_matches("</div>").trim().to_owned()
    }

    /// All files of the site by path, but for the state of our own.
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        walk(&self.out, &mut files);
        let mut files: Vec<String> = files
            .iter()
            .map(|file| file.strip_prefix(&self.out).unwrap().to_string_lossy().into_owned())
            .filter(|file| !file.starts_with(".bindery"))
            .collect();
        files.sort();
        files
    }

    /// The files of the site that hold some text anywhere.
    pub fn holding(&self, text: &str) -> Vec<String> {
        let needle = text.as_bytes();
        self.files()
            .into_iter()
            .filter(|file| {
                fs::read(self.path(file)).unwrap().windows(needle.len()).any(|window| window == needle)
            })
            .collect()
    }

    /// The repo that the site was built from.
    pub fn desk(&self) -> Desk {
        self.desk.again()
    }

    pub fn fine(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

/// A Python notebook of some cells.
pub fn nb(cells: impl Into<Vec<Value>>) -> Value {
    let cells: Vec<Value> = cells.into();
    json!({
        "nbformat": 4, "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python", "file_extension": ".py"}},
        "cells": cells.to_vec(),
    })
}

pub fn md(source: &str) -> Value {
    json!({"cell_type": "markdown", "metadata": {}, "source": source})
}

pub fn raw(mime: &str, source: &str) -> Value {
    json!({"cell_type": "raw", "metadata": {"raw_mimetype": mime}, "source": source})
}

/// A cell that was never run.
pub fn code(source: &str) -> Value {
    json!({"cell_type": "code", "metadata": {}, "execution_count": null, "source": source, "outputs": []})
}

/// A cell that was run.
pub fn ran(source: &str, outputs: Value) -> Value {
    json!({"cell_type": "code", "metadata": {}, "execution_count": 1, "source": source, "outputs": outputs})
}

/// A cell with metadata.
pub fn with(mut cell: Value, metadata: Value) -> Value {
    cell["metadata"] = metadata;
    cell
}

pub fn tagged(cell: Value, tags: &[&str]) -> Value {
    with(cell, json!({"tags": tags}))
}

pub fn stream(name: &str, text: &str) -> Value {
    json!({"output_type": "stream", "name": name, "text": text})
}

pub fn data(bundle: Value) -> Value {
    json!({"output_type": "display_data", "metadata": {}, "data": bundle})
}

/// A PNG of one pixel, as base64.
pub const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// All files of a site with their content.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn gather(at: &Path, top: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(".bindery") {
                continue;
            }
            if path.is_dir() {
                gather(&path, top, found);
            } else {
                let name = path.strip_prefix(top).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    gather(folder, folder, &mut found);
    found
}

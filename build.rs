//! Names this build of bindery, for what it keeps from one run to the next: another program may
//! render another way, so what it kept is worth nothing to this one.

#![expect(clippy::disallowed_methods, reason = "this is no part of the program")]

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// What decides what the program does.
const MADE_OF: [&str; 6] = ["src", "templates", "themes", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() {
    let mut files = Vec::new();
    for name in MADE_OF {
        println!("cargo::rerun-if-changed={name}");
        gather(Path::new(name), &mut files);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        hasher.write(file.to_string_lossy().as_bytes());
        hasher.write(&fs::read(&file).unwrap_or_default());
    }
    println!("cargo::rustc-env=BINDERY_BUILD={:016x}", hasher.finish());
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().for_each(|entry| gather(&entry.path(), files)),
        Err(_) if path.is_file() => files.push(path.to_owned()),
        Err(_) => {}
    }
}

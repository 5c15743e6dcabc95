//! What is kept from one run to the next: it saves work, and never shows.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::edits::{self, edit};
use common::{Desk, PIXEL, data, md, nb, ran, stream, tree};
use proptest::prelude::*;
use serde_json::json;

/// Where the one cache of a desk lies.
fn cache_of(desk: &Desk) -> PathBuf {
    let mut found: Vec<PathBuf> =
        fs::read_dir(desk.caches().join("bindery")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// All files of a cache's folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

fn run_book() -> Desk {
    Desk::new()
        .notebook(
            "disk.ipynb",
            nb([
                md("# The disk is full\n\nSee [the other](net.ipynb)."),
                ran(
                    "!df -h",
                    json!([stream("stdout", "Filesystem 99% /\n"), data(json!({"image/png": PIXEL}))]),
                ),
            ]),
        )
        .prose("net.ipynb", "# The net is slow\n\nRestart it.")
}

/// Whether the incremental site is that of a clean build, down to the last byte; and both say the
/// same.
fn is_clean(desk: &Desk) {
    let kept = desk.build();
    let clean = desk.run(&["build", "--verbose", "--no-cache", "--out", "clean"]);
    // The line with the time and the folder is no part of it.
    let said = |text: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(" s: ")).collect();
        lines.join("\n")
    };
    assert_eq!(said(&kept.stderr), said(&String::from_utf8_lossy(&clean.stderr)));
    assert_eq!(kept.code, clean.status.code().unwrap());
    let (kept, clean) = (tree(&kept.path("")), tree(&desk.root().join("clean")));
    let names = |tree: &BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&clean));
    for (name, bytes) in &kept {
        assert_eq!(
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&clean[name]),
            "{name} is not that of a clean build"
        );
    }
}

#[test]
fn a_page_that_did_not_change_is_not_rendered_again() {
    let desk = run_book();
    desk.build().fine();
    let folder = cache_of(&desk).join("packs");
    let stamps = || -> BTreeMap<PathBuf, std::time::SystemTime> {
        files(&folder)
            .into_iter()
            .map(|path| (path.clone(), fs::metadata(path).unwrap().modified().unwrap()))
            .collect()
    };
    let before = stamps();
    let desk = desk.prose("net.ipynb", "# The net is slow\n\nRestart it twice.");
    is_clean(&desk);
    let after = stamps();
    assert!(before.iter().all(|(path, written)| after.get(path) == Some(written)));
    assert_eq!((before.len(), after.len()), (2, 3), "the state before is kept for a while");
    let desk = desk.prose("net.ipynb", "# The net is slow\n\nRestart it.");
    is_clean(&desk);
    assert_eq!(stamps(), after, "going back costs nothing");
}

#[test]
fn a_build_of_nothing_new_writes_nothing_and_says_the_same() {
    let desk = run_book().prose("bad.ipynb", "[gone](nowhere.ipynb)");
    let first = desk.build();
    let stamps = |desk: &Desk| -> Vec<_> {
        let site = desk.root().join("public");
        tree(&site).keys().map(|name| fs::metadata(site.join(name)).unwrap().modified().unwrap()).collect()
    };
    let before = stamps(&desk);
    let second = desk.build();
    assert!(second.stderr.contains("link-dead"), "{}", second.stderr);
    let said = |text: &str| text.rsplit_once(" in ").unwrap().0.to_owned();
    assert_eq!(said(&second.stderr), said(&first.stderr));
    assert_eq!(stamps(&desk), before);
    assert!(!desk.root().join("public/.bindery/stage").exists());
}

#[test]
fn what_somebody_did_to_the_site_is_undone() {
    let desk = run_book();
    desk.build().fine();
    fs::write(desk.root().join("public/net.html"), "mine").unwrap();
    fs::remove_file(desk.root().join("public/disk.html")).unwrap();
    let out = fs::read_dir(desk.root().join("public/_bindery/out")).unwrap().next().unwrap().unwrap().path();
    fs::write(out, "not the picture").unwrap();
    fs::write(desk.root().join("public/disk.ipynb"), "{}").unwrap();
    is_clean(&desk);
}

#[test]
fn what_a_page_takes_in_is_looked_at_each_time() {
    let desk = Desk::new()
        .prose("a.ipynb", "# A\n\n```{include} part.txt\n```\n\n![](picture.svg)")
        .file("part.txt", "first")
        .file("picture.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='20'/>");
    desk.build().fine();
    let desk = desk.file("part.txt", "second");
    assert!(desk.build().fine().content("a.html").contains("second"));
    let desk = desk.file("picture.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'/>");
    assert!(desk.build().fine().content("a.html").contains("width=\"30\""));
    fs::remove_file(desk.root().join("part.txt")).unwrap();
    is_clean(&desk);
    let desk = desk.file("part.txt", "third").file(".gitignore", "part.txt\n");
    is_clean(&desk);
    assert!(!desk.build().content("a.html").contains("third"));
}

#[test]
fn torn_and_forged_entries_are_none() {
    let desk = run_book();
    desk.build().fine();
    let cache = cache_of(&desk);
    let sound = tree(&desk.root().join("public"));
    let targets = || -> Vec<PathBuf> {
        let inner = ["", "packs", "runs", "assets"].iter().flat_map(|inner| files(&cache.join(inner)));
        inner.filter(|path| !path.ends_with("CACHEDIR.TAG")).collect()
    };
    assert!(targets().len() >= 7, "{:?}", targets());
    for number in 0..targets().len() {
        desk.build().fine();
        let target = &targets()[number];
        let bytes = fs::read(target).unwrap();
        let mut flipped = bytes.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        // The name of the build that wrote it stands behind eight bytes of magic.
        let mut of_another_version = bytes.clone();
        if let Some(byte) = of_another_version.get_mut(9) {
            *byte ^= 1;
        }
        let forgeries = [
            bytes[..bytes.len() / 2].to_vec(),
            flipped,
            of_another_version,
            Vec::new(),
            b"<script>alert(1)</script>".to_vec(),
        ];
        for forged in forgeries {
            fs::write(target, forged).unwrap();
            fs::remove_dir_all(desk.root().join("public")).unwrap();
            let built = desk.build().fine();
            assert_eq!(tree(&built.path("")), sound, "{}", target.display());
        }
    }
}

#[test]
fn an_entry_of_another_page_is_none() {
    let desk = run_book();
    desk.build().fine();
    let packs = files(&cache_of(&desk).join("packs"));
    let (one, other) = (fs::read(&packs[0]).unwrap(), fs::read(&packs[1]).unwrap());
    fs::write(&packs[0], other).unwrap();
    fs::write(&packs[1], one).unwrap();
    fs::remove_dir_all(desk.root().join("public")).unwrap();
    is_clean(&desk);
}

#[test]
fn the_cache_stands_where_no_content_of_the_repo_can() {
    let desk = run_book().file("kept/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
    desk.git(&["init"]);
    desk.git(&["add", "."]);
    desk.git(&["commit", "-m", "all"]);
    let refused = desk.build_with(&["--cache-dir", "kept"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("could forge a cache"), "{}", refused.stderr);
    std::os::unix::fs::symlink("kept", desk.root().join("link")).unwrap();
    assert_eq!(desk.build_with(&["--cache-dir", "link"]).code, 2);
    assert_eq!(desk.build_with(&["--cache-dir", "."]).code, 2);
    desk.build_with(&["--cache-dir", "free"]).fine();
    assert!(desk.root().join("free").is_dir());
    assert!(!desk.build_with(&["--cache-dir", "free"]).fine().has("free/index.html"));
    let outside = run_book();
    assert_eq!(outside.build_with(&["--cache-dir", "inside"]).code, 2, "no git tells that it is free");
}

#[test]
fn without_a_place_for_it_all_is_built_all_the_same() {
    let desk = run_book();
    fs::write(desk.caches().join("bindery"), "a file stands here").unwrap();
    let built = desk.build().fine();
    assert!(built.stderr.contains("nothing is kept for the next run"), "{}", built.stderr);
    assert!(built.has("disk.html"));
    let desk = run_book();
    let built = desk.build_with(&["--no-cache"]).fine();
    assert!(!built.stderr.contains("kept"), "{}", built.stderr);
    assert!(fs::read_dir(desk.caches()).unwrap().next().is_none());
}

#[test]
fn clean_deletes_what_is_ours_and_nothing_else() {
    let desk = run_book();
    desk.build().fine();
    let cache = cache_of(&desk);
    assert_eq!(desk.run(&["clean"]).status.code(), Some(0));
    assert!(!cache.exists());
    assert!(desk.root().join("public/disk.html").exists());
    assert_eq!(desk.run(&["clean"]).status.code(), Some(0));
    fs::create_dir_all(&cache).unwrap();
    fs::write(cache.join("thesis.txt"), "mine").unwrap();
    let refused = desk.run(&["clean"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(cache.join("thesis.txt").exists());
    let built = desk.build().fine();
    assert!(built.stderr.contains("no cache of bindery"), "{}", built.stderr);
}

#[test]
fn many_small_builds_are_tidied_up() {
    let mut desk = run_book();
    for round in 0..20 {
        desk =
            desk.prose("net.ipynb", &format!("# The net is slow\n\nRestart it {round} times zebra{round}."));
        desk.build().fine();
    }
    is_clean(&desk);
    let runs = files(&cache_of(&desk).join("runs")).len();
    assert!(runs <= 15, "{runs} files of runs are left");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_any_edits_the_site_is_that_of_a_clean_build(
        rounds in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..7)
    ) {
        let desk = edits::desk();
        desk.build();
        for edits in &rounds {
            edits.iter().for_each(|edit| edit.apply(&desk));
            is_clean(&desk);
        }
    }
}

//! Publishing: nothing of the user's is lost, and the site is whole at every moment.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use std::fs;
use std::process::Command;

use common::*;

#[test]
fn the_same_input_gives_the_same_bytes() {
    let desk = Desk::new().prose("a.ipynb", "# A\n\n$x$").file("b/c.md", "# C");
    let bytes = |site: &Built| -> Vec<(String, Vec<u8>)> {
        site.files().into_iter().map(|file| (file.clone(), fs::read(site.path(&file)).unwrap())).collect()
    };
    let first = bytes(&desk.build().fine());
    fs::remove_dir_all(desk.root().join("public")).unwrap();
    assert_eq!(bytes(&desk.build_with(&["--quiet"]).fine()), first);
}

#[test]
fn what_is_gone_is_removed_and_what_is_not_ours_stays() {
    let desk = Desk::new().file("a.md", "# A").file("deep/b.md", "# B");
    let site = desk.build().fine();
    fs::write(site.path("CNAME"), "docs.example.com").unwrap();
    fs::remove_dir_all(desk.root().join("deep")).unwrap();
    let site = desk.build().fine();
    assert!(site.has("CNAME") && site.has("a.html") && !site.path("deep").exists());
}

#[test]
fn unchanged_files_are_not_touched() {
    let desk = Desk::new().file("a.md", "# A").file("deep/b.md", "# B");
    let site = desk.build().fine();
    let inode = |path: &str| std::os::unix::fs::MetadataExt::ino(&fs::metadata(site.path(path)).unwrap());
    let (page, lost) = (inode("deep/b.html"), inode("404.html"));
    desk.file("a.md", "# Another").build().fine();
    assert!(site.read("a.html").contains("Another"));
    assert_eq!(inode("404.html"), lost);
    assert_ne!(inode("deep/b.html"), page, "its neighbour's title stands on it");
}

#[test]
fn somebody_elses_folder_is_refused_with_the_command_that_solves_it() {
    let desk = Desk::new().file("a.md", "# A").file("public/photo.jpg", "mine");
    let output = desk.run(&["build"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr.contains("holds files that bindery did not write, such as `photo.jpg`")
            && stderr.contains("rm -r "),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(desk.root().join("public/photo.jpg")).unwrap(), "mine");
}

#[test]
fn places_that_cannot_be_are_refused() {
    let desk = Desk::new().file("docs/a.md", "# A").file("file", "x");
    for (arguments, said) in [
        (["build", "docs", "--out", "docs"], "holds the notebooks themselves"),
        (["build", "docs", "--out", "."], "holds the notebooks themselves"),
        (["build", "docs", "--out", "file"], "is a file, not a folder"),
        (["build", "nowhere", "--out", "x"], "`nowhere`"),
    ] {
        let output = desk.run(&arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {stderr}");
        assert!(stderr.contains(said), "{arguments:?} {stderr}");
    }
    assert!(desk.root().join("docs/a.md").exists());
}

#[test]
fn the_output_inside_the_source_is_not_read() {
    let desk = Desk::new().prose("a.ipynb", "# A");
    desk.build().fine();
    let again = desk.build().fine();
    assert_eq!(again.files().iter().filter(|file| file.contains("public")).count(), 0);
    assert!(again.stderr.contains("1 page,"), "{}", again.stderr);
    let other = desk.build_with(&["--out", "other"]);
    assert!(other.stderr.contains("1 page,"), "an older site is no source: {}", other.stderr);
}

#[test]
fn a_link_in_the_output_leads_nowhere() {
    let desk = Desk::new().file("deep/b.md", "# B").file("a.md", "# A");
    desk.build().fine();
    let outside = tempfile::tempdir().unwrap();
    fs::remove_dir_all(desk.root().join("public/deep")).unwrap();
    std::os::unix::fs::symlink(outside.path(), desk.root().join("public/deep")).unwrap();
    let output = desk.run(&["build"]);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_killed_build_is_repeated_and_the_old_site_was_whole() {
    let mut desk = Desk::new();
    for n in 0..150 {
        desk = desk.notebook(
            &format!("n{n}.ipynb"),
            nb([md(&format!("# Page {n}")), code("for x in y:\n    print(x)\n")]),
        );
    }
    let clean = desk.build().fine();
    let lasting = |site: &Built| -> Vec<String> {
        site.files().into_iter().filter(|file| !file.starts_with("_bindery/search/")).collect()
    };
    let expected = lasting(&clean);
    for n in 0..150 {
        desk = desk.notebook(&format!("n{n}.ipynb"), nb([md(&format!("# Changed {n}")), code("pass")]));
    }
    for wait in [1_u64, 5, 10, 20, 35, 50, 70] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bindery"))
            .args(["build", "-q"])
            .env("XDG_CACHE_HOME", desk.caches())
            .current_dir(desk.root())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().unwrap();
        for n in 0..150 {
            let page = clean.read(&format!("n{n}.html"));
            assert!(page.ends_with("</html>\n"), "every page is whole");
        }
    }
    let again = desk.build().fine();
    assert_eq!(lasting(&again), expected);
    assert!(again.read("n7.html").contains("Changed 7"));
    let folders = fs::read_dir(again.path("_bindery/search"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), 1, "of the index stands what belongs together");
}

#[test]
fn a_commit_that_was_cut_off_is_finished() {
    let desk = Desk::new().file("a.md", "# A").file("b.md", "# B");
    let site = desk.build().fine();
    let own = site.path(".bindery");
    fs::create_dir_all(own.join("stage/files")).unwrap();
    fs::write(own.join("stage/files/new.html"), "staged").unwrap();
    fs::write(
        own.join("journal.json"),
        r#"{"version":1,"moves":["gone-already.html","new.html"],"prune":["b.html"],"files":["a.html","new.html"]}"#,
    )
    .unwrap();
    fs::write(site.path("gone-already.html"), "moved before").unwrap();
    fs::remove_file(desk.root().join("b.md")).unwrap();
    let site = desk.build().fine();
    assert!(!site.has("new.html"), "finished, and then pruned as no page of this site");
    assert!(
        site.has("a.html")
            && !site.has("b.html")
            && !own.join("journal.json").exists()
            && !own.join("stage").exists()
    );
}

#[test]
fn strict_takes_warnings_for_errors() {
    let desk = Desk::new().file("a.md", "# A\n\n[x](gone.md)");
    assert_eq!(desk.build().code, 0);
    assert_eq!(desk.build_with(&["--strict"]).code, 1);
    assert!(desk.build().stderr.contains("1 page, 0 errors, 1 warning in"));
}

#[test]
fn a_forged_manifest_or_journal_reaches_nothing_outside() {
    for (name, text) in [
        ("manifest.json", r#"{"version":1,"files":["../../victim.txt"]}"#),
        ("journal.json", r#"{"version":1,"moves":["../../pwned"],"prune":["../../victim.txt"],"files":[]}"#),
    ] {
        let desk = Desk::new()
            .file("repo/a.md", "# A")
            .file("victim.txt", "mine")
            .file("repo/public/.bindery/manifest.json", r#"{"version":1,"files":[]}"#)
            .file("repo/public/.bindery/stage/files/pwned", "x")
            .file(&format!("repo/public/.bindery/{name}"), text);
        let _ = desk.run(&["build", "repo", "--out", "repo/public"]);
        assert_eq!(fs::read_to_string(desk.root().join("victim.txt")).unwrap(), "mine", "{name}");
        assert!(!desk.root().join("pwned").exists() && !desk.root().join("repo/pwned").exists(), "{name}");
    }
}

#[test]
fn links_in_our_own_folder_are_not_written_through() {
    for name in ["lock", "manifest.new", "journal.new"] {
        let desk = Desk::new()
            .file("repo/a.md", "# A")
            .file("victim.txt", "mine")
            .file("repo/public/.bindery/manifest.json", r#"{"version":1,"files":[]}"#);
        std::os::unix::fs::symlink(
            desk.root().join("victim.txt"),
            desk.root().join("repo/public/.bindery").join(name),
        )
        .unwrap();
        let _ = desk.run(&["build", "repo", "--out", "repo/public"]);
        assert_eq!(fs::read_to_string(desk.root().join("victim.txt")).unwrap(), "mine", "{name}");
    }
}

#[test]
fn pruning_stops_at_a_link() {
    let desk = Desk::new().file("a/b.md", "# B").file("c.md", "# C");
    desk.build().fine();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("b.html"), "mine").unwrap();
    fs::remove_dir_all(desk.root().join("a")).unwrap();
    fs::remove_dir_all(desk.root().join("public/a")).unwrap();
    std::os::unix::fs::symlink(outside.path(), desk.root().join("public/a")).unwrap();
    desk.build().fine();
    assert_eq!(fs::read_to_string(outside.path().join("b.html")).unwrap(), "mine");
}

#[test]
fn a_folder_may_become_a_page_and_back() {
    let desk = Desk::new().prose("a.html/b.ipynb", "# B").file("c.md", "# C");
    desk.build().fine();
    fs::remove_dir_all(desk.root().join("a.html")).unwrap();
    let desk = desk.prose("a.ipynb", "# A");
    assert!(desk.build().fine().has("a.html"));
    fs::remove_file(desk.root().join("a.ipynb")).unwrap();
    let desk = desk.prose("a.html/b.ipynb", "# B");
    assert!(desk.build().fine().has("a.html/b.html"));
}

#[test]
fn the_one_file_is_written_over_nothing_of_the_users() {
    let desk = Desk::new().prose("n.ipynb", "# N").file("n.html", "mine");
    assert_eq!(desk.run(&["build", "n.ipynb"]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(desk.root().join("n.html")).unwrap(), "mine");
    assert_eq!(desk.run(&["build", "n.ipynb", "--out", "n.ipynb"]).status.code(), Some(2));
    assert!(fs::read_to_string(desk.root().join("n.ipynb")).unwrap().starts_with('{'));
    assert_eq!(desk.run(&["build", "n.ipynb", "--out", "x.html"]).status.code(), Some(0));
    assert_eq!(desk.run(&["build", "n.ipynb", "--out", "x.html"]).status.code(), Some(0));
}

#[test]
fn what_is_the_same_in_the_index_stays_where_it_is() {
    use std::os::unix::fs::MetadataExt;
    let page = |text: &str| nb([md(&format!("# Page\n\n{text}"))]);
    let desk = Desk::new().notebook("a.ipynb", page("one")).notebook("b.ipynb", page("two"));
    let index = |site: &Built| -> std::path::PathBuf {
        let entries = fs::read_dir(site.path("_bindery/search")).unwrap().map(|entry| entry.unwrap().path());
        let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
        assert_eq!(folders.len(), 1);
        folders.remove(0)
    };
    let first = desk.build().fine();
    let before = index(&first);
    let quote = fs::metadata(before.join("q0/0-0.js")).unwrap().ino();
    let desk = desk.notebook("b.ipynb", page("three"));
    let second = desk.build().fine();
    let after = index(&second);
    assert_ne!(before, after);
    assert_eq!(fs::metadata(after.join("q0/0-0.js")).unwrap().ino(), quote);
    // Where something stands in its way, all is written anew.
    let desk = desk.notebook("b.ipynb", page("two"));
    fs::create_dir_all(&before).unwrap();
    fs::write(before.join("mine.txt"), "mine").unwrap();
    let third = desk.build().fine();
    assert!(third.path("_bindery/search").join(before.file_name().unwrap()).join("q0/0-0.js").is_file());
    assert!(before.join("mine.txt").is_file());
}

//! A preview for those who review a branch: what it changes, with what the check finds in it.

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
use std::path::Path;
use std::process::Command;

use common::{Desk, md, nb, with};
use serde_json::json;

/// A repo whose branch adds, changes, moves and drops a page.
fn branched() -> Desk {
    let desk = Desk::new()
        .file("site/bindery.toml", "[site]\ntitle = \"T\"\n")
        .file("site/same.md", "# Same\n\n[drops](drops.md)")
        .notebook("site/changes.ipynb", nb([md("# Changes")]))
        .file("site/part.md", "shared")
        .file("site/takes.md", "# Takes\n\n```{include} part.md\n```")
        .prose(
            "site/moves.ipynb",
            "# Moves\n\nThe words of a page that gets another name, and stays what it was.",
        )
        .file("site/drops.md", "# Drops");
    desk.git(&["init", "-q"]);
    desk.git(&["add", "-A"]);
    desk.git(&["commit", "-qm", "one"]);
    desk.git(&["checkout", "-qb", "branch"]);
    let cell = with(md("# Changes\n\n[gone](gone.md)"), json!({}));
    let mut changed = nb([cell]);
    changed["nbformat_minor"] = json!(5);
    changed["cells"][0]["id"] = json!("the-cell");
    let desk = desk
        .notebook("site/changes.ipynb", changed)
        .file("site/part.md", "shared by two")
        .file("site/adds.md", "# Adds <b>");
    desk.git(&["mv", "site/moves.ipynb", "site/moved.ipynb"]);
    desk.git(&["rm", "-q", "site/drops.md"]);
    desk.git(&["add", "-A"]);
    desk.git(&["commit", "-qm", "two"]);
    desk
}

fn preview(desk: &Desk, base: &str) -> String {
    let mut command = desk.command(&["build", "site", "--review", base]);
    command
        .env("CI_MERGE_REQUEST_IID", "7")
        .env("CI_PROJECT_URL", "https://gitlab.example.com/ops/books")
        .env("CI_PAGES_URL", "https://ops.example.com/books");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(desk.root().join("public/_bindery/changes.html")).unwrap()
}

#[test]
fn the_page_of_changes_lists_what_a_branch_does() {
    let desk = branched();
    let page = preview(&desk, "main");
    let at = page.find("<article class=\"changes\">").unwrap();
    let shown = &page[at..page.find("</article>").unwrap()];
    snapbox::assert_data_eq!(shown, snapbox::file!["snapshots/changes.html"].raw());
    // GitLab's own name of a file's place: the SHA-1 of its path in the repo.
    let place = format!("/-/merge_requests/7/diffs#{}", sha1("site/changes.ipynb"));
    assert!(page.contains(&place), "{page}");
}

fn sha1(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x");
    fs::write(&file, text).unwrap();
    let output = Command::new("sha1sum").arg(Path::new(&file)).output().unwrap();
    String::from_utf8_lossy(&output.stdout)[..40].to_owned()
}

#[test]
fn every_page_of_a_preview_keeps_search_engines_away_and_leads_to_the_changes() {
    let desk = branched();
    preview(&desk, "main");
    for name in ["index.html", "same.html", "all.html", "search.html", "_bindery/changes.html"] {
        let page = fs::read_to_string(desk.root().join("public").join(name)).unwrap();
        assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"), "{name}");
        assert!(page.contains("_bindery/changes.html\">Changes</a>"), "{name}");
    }
    // The next build without it is the site as readers have it.
    let site = desk.command(&["build", "site"]).output().unwrap();
    assert!(site.status.success());
    let page = fs::read_to_string(desk.root().join("public/same.html")).unwrap();
    assert!(!page.contains("noindex") && !page.contains("notice-preview"));
    assert!(!desk.root().join("public/_bindery/changes.html").exists());
}

#[test]
fn a_branch_that_changes_nothing_says_so() {
    let desk = branched();
    let page = preview(&desk, "HEAD");
    assert!(page.contains("No page is another one than before."), "{page}");
}

#[test]
fn a_base_that_is_not_there_is_said() {
    let desk = branched();
    let output = desk.run(&["build", "site", "--review", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    let shallow = Desk::new();
    let from = format!("file://{}", desk.root().display());
    shallow.git(&["clone", "-q", "--depth", "1", &from, "clone"]);
    let output = shallow.run(&["build", "clone/site", "--out", "public", "--review", "HEAD~1"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("GIT_DEPTH: 0"), "{stderr}");
    let page = fs::read_to_string(shallow.root().join("public/_bindery/changes.html")).unwrap();
    assert!(page.contains("class=\"changes-remark\""), "{page}");
}

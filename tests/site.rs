//! The pages together: tree, order, indexes, files for machines.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use common::*;
use serde_json::{Value, json};

fn titles(site: &Built, page: &str) -> Vec<String> {
    let text = site.read(page);
    text.split("class=\"row-title\" href=\"")
        .skip(1)
        .map(|row| row.split(['>', '<']).nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn folders_have_pages_in_natural_order() {
    let site = Desk::new()
        .file("README.md", "# Our books\n\nWelcome.")
        .prose("10-late.ipynb", "# Late")
        .prose("2-early.ipynb", "# Early")
        .file("ordered.md", "---\ntitle: First of all\norder: 1\n---\n")
        .prose("db/fail.ipynb", "# Fail\n\nWhat to do when it fails.")
        .build()
        .fine();
    assert_eq!(titles(&site, "index.html"), ["First of all", "Early", "Late", "Db"]);
    assert!(site.read("index.html").contains("<title>Our books</title>"));
    assert_eq!(titles(&site, "db/index.html"), ["Fail"]);
    assert!(site.read("db/index.html").contains("What to do when it fails."));
    let page = site.read("2-early.html");
    assert!(
        page.contains("rel=\"prev\" href=\"ordered.html\"")
            && page.contains("rel=\"next\" href=\"10-late.html\""),
        "{page}"
    );
    let deep = site.read("db/fail.html");
    assert!(
        deep.contains("<li><a href=\"../index.html\">Our books</a></li>")
            && deep.contains("<li><a href=\"index.html\">Db</a></li>"),
        "{deep}"
    );
}

#[test]
fn the_configuration_gives_order_and_title() {
    let site = Desk::new()
        .file("bindery.toml", "[site]\ntitle = \"Ops & co\"\n\n[nav]\norder = [\"z.md\", \"b\"]\n\n[content]\nexclude = [\"drafts\", \"**/tmp-*.md\"]\n")
        .file("a.md", "# A")
        .file("z.md", "# Z")
        .file("b/c.md", "# C")
        .file("drafts/d.md", "# D")
        .file("b/tmp-e.md", "# E")
        .build()
        .fine();
    assert_eq!(titles(&site, "index.html"), ["Z", "B", "A"]);
    assert!(site.read("a.html").contains("<title>A · Ops &amp; co</title>"));
    assert!(!site.has("drafts/d.html") && !site.has("b/tmp-e.html"));
}

#[test]
fn unknown_keys_are_refused() {
    let output =
        Desk::new().file("bindery.toml", "[site]\ntitel = \"x\"\n").file("a.md", "# A").run(&["build"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("unknown field `titel`") && stderr.contains("`title`"), "{stderr}");
}

#[test]
fn what_wants_one_url_gets_two() {
    let site =
        Desk::new().prose("a.ipynb", "# N").file("a.md", "# M").file("all.md", "# Mine").build().fine();
    assert!(site.read("a.html").contains(">N</h1>") && site.read("a.md.html").contains(">M</h1>"));
    assert!(site.has("all.md.html") && site.read("all.html").contains("All pages"));
    assert!(
        site.stderr.contains("warning[url-clash]: the URL `a.html` belongs to a.ipynb"),
        "{}",
        site.stderr
    );
}

#[test]
fn what_is_ignored_is_no_page() {
    let site = Desk::new()
        .file(".gitignore", "private/\n*.draft.md\n!keep.draft.md\n")
        .file(".binderyignore", "internal.md\n")
        .file("a.md", "# A")
        .file("internal.md", "# I")
        .file("x.draft.md", "# X")
        .file("keep.draft.md", "# K")
        .file("private/p.md", "# P")
        .prose(".ipynb_checkpoints/a-checkpoint.ipynb", "# C")
        .file("node_modules/m/README.md", "# M")
        .file("venv/pyvenv.cfg", "")
        .file("venv/lib/x.md", "# V")
        .build()
        .fine();
    let pages: Vec<String> = site.files().into_iter().filter(|file| file.ends_with(".html")).collect();
    assert_eq!(pages, ["404.html", "a.html", "all.html", "index.html", "keep.draft.html", "search.html"]);
}

#[test]
fn a_folder_of_the_repo_can_be_the_site() {
    let desk = Desk::new()
        .file("docs/a.md", "# A\n\n![p](../shared/p.png) [n](../other/n.ipynb) ![q](../shared/untracked.png)")
        .file("shared/p.png", b"\x89PNG\r\n\x1a\n")
        .prose("other/n.ipynb", "# N");
    desk.git(&["init", "-q"]);
    desk.git(&["add", "."]);
    desk.git(&["commit", "-qm", "x"]);
    let desk = desk.file("shared/untracked.png", b"\x89PNG\r\n\x1a\n");
    let site = desk.build_with(&["docs"]).fine();
    assert!(site.has("a.html") && site.has("_bindery/files/shared/p.png"), "{:?}", site.files());
    assert!(!site.has("_bindery/files/shared/untracked.png"));
    assert!(site.stderr.contains("git does not track it"), "{}", site.stderr);
}

#[test]
fn tags_have_pages() {
    let head = |tags: &str| format!("---\ntags: {tags}\n---\n# T\n");
    let site =
        Desk::new().file("a.md", head("[Data Base, sev1]")).file("b.md", head("data base")).build().fine();
    assert_eq!(titles(&site, "tags/data-base.html").len(), 2);
    assert!(site.read("tags/index.html").contains("<a href=\"sev1.html\">sev1</a> <span>1</span>"));
    assert!(site.read("a.html").contains("href=\"tags/data-base.html\""));
}

#[test]
fn lists_come_in_parts() {
    let mut desk = Desk::new();
    for n in 0..620 {
        desk = desk.file(&format!("many/p{n}.md"), format!("# Page {n}"));
    }
    let site = desk.build().fine();
    assert_eq!(titles(&site, "all.html").len(), 500);
    assert_eq!(titles(&site, "_bindery/index/all/2.html").len(), 120);
    assert_eq!(titles(&site, "_bindery/index/folders/many/2.html").len(), 120);
    let page = site.read("many/p300.html");
    assert!(page.matches("<li").count() < 100, "no page lists all pages");
    assert!(page.contains("more in this folder"));
}

#[test]
fn machines_find_their_files() {
    let desk = Desk::new()
        .prose("a b.ipynb", "# A & B\n\nFirst paragraph.")
        .file("m.md", "---\naliases: [/old/place.html, older]\n---\n# M\n");
    desk.git(&["init", "-q"]);
    desk.git(&["add", "."]);
    desk.git(&["commit", "-qm", "x"]);
    desk.git(&["remote", "add", "origin", "git@gitlab.example.com:ops/books.git"]);
    let site = desk.build_with(&["--base-url", "https://ops.example.com/books"]).fine();
    assert!(
        site.read("sitemap.xml")
            .contains("<loc>https://ops.example.com/books/a%20b.html</loc><lastmod>2026-03-04T05:06:07")
    );
    let feed = site.read("feed.xml");
    assert!(feed.contains("<title>A &amp; B</title>") && feed.contains("<name>Ada</name>"), "{feed}");
    assert_eq!(
        site.read("_redirects"),
        "/books/old/place.html /books/m.html 301\n/books/older.html /books/m.html 301\n"
    );
    assert!(site.read("old/place.html").contains("url=../m.html"));
    let page = site.read("a b.html");
    for text in [
        "<link rel=\"canonical\" href=\"https://ops.example.com/books/a%20b.html\">",
        "<meta name=\"description\" content=\"First paragraph.\">",
        "<meta property=\"og:title\" content=\"A &amp; B\">",
        "https://gitlab.example.com/ops/books/-/edit/main/a%20b.ipynb",
        "https://gitlab.example.com/ops/books/-/blob/main/a%20b.ipynb",
        "https://gitlab.example.com/ops/books/-/commit/",
        "<time datetime=\"2026-03-04T05:06:07",
        "by Ada",
        "href=\"a%20b.ipynb\" download",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let json: Value = serde_json::from_str(&site.read("_bindery/site.json")).unwrap();
    assert_eq!(json["pages"][0]["url"], json!("a%20b.html"));
    assert_eq!(json["pages"][0]["source"], json!("a b.ipynb"));
    let lost = site.read("404.html");
    assert!(
        lost.contains("href=\"https://ops.example.com/books/index.html\"") && lost.contains("sha256-"),
        "{lost}"
    );
}

#[test]
fn scripts_can_be_had() {
    let site = Desk::new()
        .notebook("a.ipynb", nb([md("# T\n\nwhy"), code("x = 1\n%timeit x"), code("%%bash\nls")]))
        .build()
        .fine();
    assert_eq!(
        site.read("_bindery/scripts/a.py"),
        "# %% [markdown]\n# # T\n#\n# why\n\n# %%\nx = 1\n# %timeit x\n\n# %%\n# %%bash\n# ls\n"
    );
}

#[test]
fn a_shallow_clone_has_no_dates_rather_than_wrong_ones() {
    let origin = Desk::new().file("a.md", "# A");
    origin.git(&["init", "-q"]);
    origin.git(&["add", "."]);
    origin.git(&["commit", "-qm", "one"]);
    let origin = origin.file("b.md", "# B");
    origin.git(&["add", "."]);
    origin.git(&["commit", "-qm", "two"]);
    let clone = Desk::new();
    clone.git(&["clone", "-q", "--depth", "1", &format!("file://{}", origin.root().display()), "."]);
    let site = clone.build().fine();
    assert!(site.stderr.contains("warning[history]: the clone is shallow"), "{}", site.stderr);
    assert!(!site.read("a.html").contains("Last changed"));
}

#[test]
fn another_language_of_the_interface() {
    let site = Desk::new()
        .file("bindery.toml", "[site]\nlanguage = \"de\"\n")
        .file("a.md", "# A\n\n> [!NOTE]\n> x")
        .build()
        .fine();
    let page = site.read("a.html");
    assert!(
        page.contains("<html lang=\"de\" dir=\"ltr\">")
            && page.contains("Hinweis</p>")
            && page.contains("Alle Seiten"),
        "{page}"
    );
}

#[test]
fn the_policy_stands_first_and_no_script_is_inline() {
    let site = Desk::new().prose("a.ipynb", "# A").build().fine();
    let page = site.read("a.html");
    let head = &page[page.find("<head>").unwrap()..];
    assert!(
        head.trim_start_matches("<head>").trim_start().starts_with(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self';"
        ),
        "{head}"
    );
    assert_eq!(page.matches("<script").count(), page.matches("<script src=").count());
}

#[test]
fn one_notebook_is_one_file() {
    let desk = Desk::new()
        .notebook(
            "n.ipynb",
            nb([md("# One\n\n![p](p.png)"), ran("x", json!([data(json!({"image/png": PIXEL}))]))]),
        )
        .file("p.png", b"\x89PNG\r\n\x1a\n");
    let output = desk.run(&["build", "n.ipynb"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let page = std::fs::read_to_string(desk.root().join("n.html")).unwrap();
    assert_eq!(page.matches("src=\"data:image/png;base64,").count(), 2, "{page}");
    assert!(
        page.contains("<style>")
            && !page.contains("<link rel=\"stylesheet")
            && !page.contains("src=\"_bindery"),
        "{page}"
    );
    assert!(page.contains("sha256-"));
}

#[test]
fn drafts_and_what_is_excluded_are_nowhere() {
    let site = Desk::new()
        .file("bindery.toml", "[content]\nexclude = [\"private\"]\n")
        .file("a.md", "# A\n\n[d](d.md) [p](private/p.md)")
        .file("d.md", "---\ndraft: true\n---\n# DRAFT-WORDS")
        .file("private/p.md", "# PRIVATE-WORDS")
        .file(".env.txt", "HIDDEN-WORDS")
        .build()
        .fine();
    for words in ["DRAFT-WORDS", "PRIVATE-WORDS", "HIDDEN-WORDS"] {
        assert_eq!(site.holding(words), [""; 0]);
    }
}

#[test]
fn links_to_hidden_files_are_passed_over() {
    let desk = Desk::new()
        .file("a.md", "# A\n\n[x](l.txt)")
        .file(".git/config", "TOKEN-WORDS")
        .file(".env.txt", "TOKEN-WORDS");
    std::os::unix::fs::symlink(desk.root().join(".env.txt"), desk.root().join("l.txt")).unwrap();
    assert_eq!(desk.build().fine().holding("TOKEN-WORDS"), [""; 0]);
}

#[test]
fn what_wants_a_place_of_ours_yields_in_the_same_way_each_time() {
    let desk = Desk::new()
        .file("tags/README.md", "---\ntags: [x]\n---\n# My tags")
        .file("a.md", "---\naliases: [/, all.html, tags/x.html, 404.html, a.html/b]\n---\n# A");
    let first = desk.build().fine();
    let index = first.read("tags/index.html");
    for _ in 0..4 {
        std::fs::remove_dir_all(desk.root().join("public")).unwrap();
        assert_eq!(desk.build().fine().read("tags/index.html"), index);
    }
    assert!(first.read("all.html").contains("Every page of this site"));
    assert!(!first.read("404.html").contains("refresh") && !first.read("index.html").contains("refresh"));
}

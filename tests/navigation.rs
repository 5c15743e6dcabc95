//! Navigation files of other tools order a site that has no order of its own.

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
use serde_json::json;

/// A repo of pages with a navigation file.
fn desk(file: &str, text: &str) -> Desk {
    let mut desk = Desk::new().file(file, text);
    for name in ["index", "alpha", "beta", "sub/gamma", "sub/delta", "loose"] {
        desk = desk.file(&format!("{name}.md"), format!("# {name}\n\nwords\n"));
    }
    desk
}

/// The pages in the order of reading, from one to the next.
fn order(site: &Built) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&site.read("_bindery/site.json")).unwrap();
    json["pages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|page| page["url"].as_str().unwrap().trim_end_matches(".html").to_owned())
        .collect()
}

#[test]
fn each_tools_file_gives_the_same_order() {
    let wanted = ["index", "beta", "sub/delta", "sub/gamma", "alpha", "loose"];
    for (file, text) in [
        (
            "myst.yml",
            "project:\n  toc:\n    - file: index.md\n    - title: Part\n      children:\n        - file: beta.md\n        - file: sub/delta.md\n        - file: sub/gamma.md\n    - file: alpha.md\n",
        ),
        (
            "_toc.yml",
            "format: jb-book\nroot: index\nparts:\n  - caption: Part\n    chapters:\n      - file: beta\n        sections:\n          - file: sub/delta\n          - file: sub/gamma\n  - chapters:\n      - file: alpha\n",
        ),
        (
            "_toc.yml",
            "format: jb-article\nroot: index\nsections:\n  - file: beta\n  - file: sub/delta\n  - file: sub/gamma\n  - file: alpha\n",
        ),
        (
            "_quarto.yml",
            "website:\n  sidebar:\n    contents:\n      - index.md\n      - section: Part\n        contents: [beta.md, sub/delta.md, sub/gamma.md]\n      - alpha.md\n",
        ),
        (
            "_quarto.yml",
            "book:\n  title: Book\n  chapters: [index.md, beta.md, sub/delta.md, sub/gamma.md, alpha.md]\n",
        ),
        (
            "mkdocs.yml",
            "site_name: S\ndocs_dir: .\nnav:\n  - index.md\n  - Part:\n      - beta.md\n      - sub/delta.md\n      - sub/gamma.md\n  - alpha.md\n",
        ),
        ("index.rst", ".. toctree::\n\n   index\n   beta\n   sub/delta\n   sub/gamma\n   alpha\n"),
        ("x.md", ""),
    ] {
        if text.is_empty() {
            let site = desk("index.md", "")
                .file("index.md", "# Home\n\n```{toctree}\n:caption: Part\nbeta\nsub/delta\nsub/gamma\n```\n\n```{toctree}\n:hidden:\nalpha\n```\n")
                .build()
                .fine();
            assert_eq!(order(&site), wanted, "toctree");
            continue;
        }
        let site = desk(file, text).build().fine();
        assert_eq!(order(&site), wanted, "{file}\n{}", site.stderr);
        assert!(
            site.stderr.contains("info[navigation]: the pages stand in the order of this file"),
            "{}",
            site.stderr
        );
    }
}

#[test]
fn titles_parts_and_the_way_up_come_from_the_file() {
    let text = "format: jb-book\nroot: index\nparts:\n  - caption: First part\n    numbered: true\n    chapters:\n      - file: beta\n        title: Short\n      - url: https://example.org\n        title: Elsewhere\n      - glob: sub/*\n";
    let site = desk("_toc.yml", text).file("_config.yml", "title: The book\nauthor: Ada\n").build().fine();
    let page = site.read("sub/delta.html");
    for sign in [
        ">Short</a>",
        "href=\"https://example.org\">Elsewhere</a>",
        "<title>sub/delta · The book</title>",
        ">First part</",
        "href=\"gamma.html\">sub/gamma</a>",
    ] {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
    assert!(site.read("beta.html").contains("beta</h1>"), "the page keeps its own title");
    assert!(site.stderr.contains("without a meaning here: numbered"), "{}", site.stderr);
}

#[test]
fn an_own_order_is_stronger() {
    let site = desk("mkdocs.yml", "docs_dir: .\nnav: [beta.md, alpha.md]\n")
        .file("bindery.toml", "[nav]\norder = [\"alpha.md\"]\n")
        .build()
        .fine();
    assert_eq!(order(&site)[1], "alpha");
    assert!(!site.stderr.contains("navigation"), "{}", site.stderr);
}

#[test]
fn what_is_missing_or_broken_is_said_and_no_page_is_lost() {
    let site = desk("_toc.yml", "format: jb-book\nroot: index\nchapters:\n  - file: nosuch\n    sections:\n      - file: beta\n  - 7\n").build().fine();
    assert!(
        site.stderr.contains("`nosuch` is no page of the site") && site.stderr.contains("`7` is no entry"),
        "{}",
        site.stderr
    );
    assert_eq!(order(&site), ["index", "beta", "alpha", "loose", "sub/delta", "sub/gamma"]);
    let site = desk("mkdocs.yml", "nav: [\n").build().fine();
    assert!(site.stderr.contains("it is no YAML"), "{}", site.stderr);
    assert_eq!(order(&site).len(), 6);
}

#[test]
fn galleries_and_toctrees_of_nbsphinx() {
    let picture = tagged(ran("plot()", json!([data(json!({"image/png": PIXEL}))])), &["nbsphinx-thumbnail"]);
    let list = tagged(
        md("## A part\n\nnot shown\n\n* [The words](sub/two.ipynb)\n* [](one.ipynb)"),
        &["nbsphinx-toctree"],
    );
    let gallery = with(md("[One](one.ipynb)"), json!({"nbsphinx-gallery": true}));
    let site = Desk::new()
        .notebook("index.ipynb", nb([md("# Home"), list, gallery]))
        .notebook("one.ipynb", nb([md("# One"), picture]))
        .prose("sub/two.ipynb", "# Two")
        .build()
        .fine();
    let page = site.content("index.html");
    assert!(
        page.contains(">The words</a>") && page.contains("<p class=\"contents-title\">A part</p>"),
        "{page}"
    );
    assert!(page.contains("class=\"card-image\"") && !page.contains("not shown"), "{page}");
    assert_eq!(order(&site), ["index", "sub/two", "one"]);
}

#[test]
fn an_address_that_runs_something_is_no_entry() {
    let bad = "javascript:alert(1)//";
    for (file, text) in [
        (
            "myst.yml",
            format!("project:\n  toc:\n    - file: index.md\n    - title: Bad\n      url: \"{bad}\"\n"),
        ),
        (
            "_toc.yml",
            format!("format: jb-article\nroot: index\nsections:\n  - url: \"{bad}\"\n    title: Bad\n"),
        ),
        (
            "_data/toc.yml",
            format!("- title: Bad\n  url: \"javascript://x%0aalert(1)\"\n- title: {bad}\n  url: \"{bad}\"\n"),
        ),
        (
            "_quarto.yml",
            format!(
                "website:\n  sidebar:\n    contents:\n      - index.md\n      - text: Bad\n        href: \"{bad}\"\n"
            ),
        ),
        (
            "mkdocs.yml",
            format!(
                "docs_dir: .\nnav:\n  - index.md\n  - Bad: \"javascript://x%0aalert(1)\"\n  - Bad: \"{bad}\"\n"
            ),
        ),
        ("index.rst", "T\n=\n\n.. toctree::\n\n   Bad <javascript://x%0aalert(1)>\n   alpha\n".to_owned()),
    ] {
        let site = desk(file, &text).build().fine();
        for page in site.files().iter().filter(|file| file.ends_with(".html")) {
            assert!(!site.read(page).contains("href=\"javascript"), "{file}: {page}");
        }
        assert!(site.stderr.contains("is no page of the site; left out"), "{file}\n{}", site.stderr);
    }
    let site = Desk::new()
        .file("index.md", "# I\n\n```{toctree}\nBad <javascript://x%0aalert(1)>\nalpha\n```\n")
        .file("alpha.md", "# alpha\n")
        .build();
    assert_eq!(site.holding("href=\"javascript"), [""; 0]);
}

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

#[test]
fn an_index_of_any_format_is_its_folders_page() {
    for name in ["index.qmd", "index.Rmd", "index.py", "index.markdown", "sub/index.dib"] {
        let text = if name.ends_with("py") {
            "# %% [markdown]\n# # mine\n".to_owned()
        } else if name.ends_with("dib") {
            "#!markdown\n\n# mine\n".to_owned()
        } else {
            "# mine\n".to_owned()
        };
        let site = Desk::new().file(name, text).file("other.md", "# other\n").build().fine();
        let folder = if name.starts_with("sub") { "sub/" } else { "" };
        assert!(site.read(&format!("{folder}index.html")).contains("mine</h1>"), "{name}");
    }
}

#[test]
fn the_first_page_of_a_navigation_is_where_the_root_leads() {
    let site = Desk::new()
        .file("_toc.yml", "format: jb-book\nroot: intro\nchapters:\n- file: a\n")
        .file("intro.md", "# Intro\n")
        .file("a.md", "# A\n")
        .build()
        .fine();
    assert!(site.read("index.html").contains("intro.html"), "{}", site.read("index.html"));
    assert!(site.has("intro.html"));
}

#[test]
fn what_other_tools_leave_out_is_no_page_and_may_be_included() {
    for (files, said) in [
        (vec![("myst.yml", "project:\n  exclude: ['drafts/**']\n")], "MyST"),
        (
            vec![
                ("_toc.yml", "format: jb-book\nroot: index\n"),
                ("_config.yml", "exclude_patterns: ['drafts/*']\n"),
            ],
            "Jupyter Book",
        ),
        (
            vec![
                ("_toc.yml", "format: jb-book\nroot: index\n"),
                ("_config.yml", "only_build_toc_files: true\n"),
            ],
            "Jupyter Book",
        ),
        (vec![("_quarto.yml", "project:\n  render: ['*.md', '!drafts/']\n")], "Quarto"),
        (vec![("mkdocs.yml", "docs_dir: .\nexclude_docs: |\n  drafts/\n")], "MkDocs"),
    ] {
        let mut desk = Desk::new()
            .file("index.md", "# I\n\n```{include} drafts/a.md\n```\n")
            .file("drafts/a.md", "words of the part\n");
        for (name, text) in &files {
            desk = desk.file(name, text);
        }
        let site = desk.build().fine();
        assert!(!site.has("drafts/a.html"), "{files:?}\n{}", site.stderr);
        assert!(site.content("index.html").contains("words of the part"), "{files:?}\n{}", site.stderr);
        assert!(site.stderr.contains(&format!("as this file of {said} has it")), "{}", site.stderr);
    }
    let site = Desk::new()
        .file("_quarto.yml", "website:\n  title: W\n")
        .file("index.qmd", "# I\n\n{{< include _part.qmd >}}\n")
        .file("_part.qmd", "words of the part\n")
        .build()
        .fine();
    assert!(!site.has("_part.html") && site.content("index.html").contains("words of the part"));
}

#[test]
fn options_of_a_quarto_project_hold_for_its_pages() {
    let cell = "```{python}\nprobe = 1\n```\n";
    let site = Desk::new()
        .file("_quarto.yml", "execute:\n  echo: false\n")
        .file("index.qmd", format!("# I\n\n{cell}"))
        .file("own.qmd", format!("---\ntitle: O\nexecute:\n  echo: true\n---\n\n{cell}"))
        .file("sub/_metadata.yml", "execute:\n  echo: true\nformat:\n  html:\n    code-fold: true\n")
        .file("sub/a.qmd", format!("# A\n\n{cell}"))
        .build()
        .fine();
    assert!(!site.content("index.html").contains("probe"));
    assert!(site.content("own.html").contains("probe"));
    assert!(site.content("sub/a.html").contains("fold-input"), "{}", site.content("sub/a.html"));
    let page = format!(
        "---\ntitle: T\nformat:\n  html:\n    code-fold: true\n---\n\n```{{python}}\n#| echo: true\n#| code-fold: show\nprobe = 1\n```\n\n{cell}"
    );
    let site = Desk::new().file("a.qmd", page).build().fine();
    assert_eq!(site.content("a.html").matches("fold-input").count(), 2);
    assert!(!site.stderr.contains("contradict"), "{}", site.stderr);
}

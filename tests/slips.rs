//! Slips of the hand: a warning with file, cell and the nearest right spelling, and the cell is shown.

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

/// A page whose second cell is `cell` keeps that cell and says `words`.
fn says(cell: Value, words: &[&str]) {
    let site = Desk::new().notebook("a.ipynb", nb([md("# T"), cell.clone()])).build().fine();
    for word in words {
        assert!(site.stderr.contains(word), "{word}\n{cell}\n{}", site.stderr);
    }
    assert!(site.stderr.contains("a.ipynb#cell=2"), "{}", site.stderr);
    assert!(site.content("a.html").contains("probe"), "{}", site.content("a.html"));
}

#[test]
fn misspelt_marks_name_the_right_one() {
    let probe = || ran("probe = 1", json!([]));
    says(
        tagged(probe(), &["remove_imput"]),
        &["warning[mark]: the tag `remove_imput` means nothing", "did you mean `remove-input`?"],
    );
    says(
        with(probe(), json!({"jupyter": {"source_hiden": true}})),
        &["`jupyter.source_hiden`", "did you mean `jupyter.source_hidden`?"],
    );
    says(with(probe(), json!({"colapsed": true})), &["did you mean `collapsed`?"]);
    says(
        ran("#| ecoh: false\nprobe = 1", json!([])),
        &["the option `ecoh` means nothing", "did you mean `echo`?"],
    );
    says(ran("#| hdie\nprobe = 1", json!([])), &["`hdie` means nothing", "did you mean `hide`?"]);
    says(
        with(probe(), json!({"mystnb": {"remove_code_sorce": true}})),
        &["did you mean `remove_code_source`?"],
    );
}

#[test]
fn values_that_mean_nothing_say_what_is_wanted() {
    let probe = || ran("probe = 1", json!([]));
    says(
        with(probe(), json!({"jupyter": {"source_hidden": "yes"}})),
        &["`jupyter.source_hidden` is \"yes\"", "takes `true` or `false`"],
    );
    says(with(probe(), json!({"jupyter": "hidden"})), &["`jupyter` is no object"]);
    says(with(probe(), json!({"tags": "remove-cells"})), &["`tags` is a string"]);
    says(ran("#| echo: maybe\nprobe = 1", json!([])), &["`echo` takes `true`, `false` or `fenced`"]);
    says(ran("#| layout-ncol: many\nprobe = 1", json!([])), &["`layout-ncol` takes a number from 1 to 12"]);
    says(ran("#| out-width: wide\nprobe = 1", json!([])), &["`out-width` takes a length"]);
    says(ran("#| code-line-numbers: first\nprobe = 1", json!([])), &["`code-line-numbers` takes"]);
    says(ran("#| label: two words\nprobe = 1", json!([])), &["`label` takes one word"]);
    says(ran("#| label:zen\nprobe = 1", json!([])), &["lacks the space behind its colon"]);
    says(ran("#| fig-cap: [\nprobe = 1", json!([])), &["warning[mark]"]);
}

#[test]
fn contradictions_are_said_and_removal_wins() {
    let site = |cell: Value| Desk::new().notebook("a.ipynb", nb([md("# T"), cell])).build().fine();
    let removed = [
        tagged(ran("probe = 1", json!([])), &["hide-input", "remove-input"]),
        tagged(ran("#| echo: true\nprobe = 1", json!([])), &["remove-input"]),
        with(ran("#| code-fold: true\nprobe = 1", json!([])), json!({"echo": false})),
    ];
    for cell in removed {
        let site = site(cell.clone());
        assert!(!site.content("a.html").contains("probe"), "{cell}");
        assert!(site.stderr.contains("warning[cell-conflict]"), "{cell}\n{}", site.stderr);
    }
}

#[test]
fn the_stronger_mark_holds() {
    // Each is weaker than the one before: options, metadata, tags, front matter, notebook, view.
    let head = |text: &str| json!({"cell_type": "raw", "metadata": {}, "source": format!("---\ntitle: T\n{text}\n---")});
    let fold = |front: &str, notebook_hides: bool, source: &str, metadata: Value| {
        let mut notebook = nb([head(front), with(ran(source, json!([])), metadata)]);
        notebook["metadata"]["hide_input"] = json!(notebook_hides);
        Desk::new().notebook("a.ipynb", notebook).build().fine().content("a.html").contains("fold-input")
    };
    let hidden = json!({"jupyter": {"source_hidden": true}});
    assert!(fold("x: 1", false, "probe", hidden.clone()));
    assert!(fold("x: 1", true, "probe", json!({})));
    assert!(
        !fold("code-fold: false", true, "probe", hidden.clone()),
        "the page is stronger than notebook and view"
    );
    assert!(
        fold("code-fold: false", false, "probe", json!({"tags": ["hide-input"]})),
        "a tag is stronger than the page"
    );
    assert!(
        !fold("x: 1", true, "probe", json!({"tags": ["hide-input"], "code-fold": false})),
        "metadata are stronger than a tag"
    );
    assert!(
        fold("x: 1", false, "#| code-fold: true\nprobe", json!({"code-fold": false})),
        "an option is stronger than metadata"
    );
}

#[test]
fn the_sites_configuration_is_stronger_than_all() {
    let cell = |source: &str, tags: &[&str]| tagged(ran(source, json!([stream("stdout", "printed")])), tags);
    let site = Desk::new()
        .file("bindery.toml", "[[cells]]\npaths = [\"talks\"]\noptions = { echo = false }\n\n[[cells]]\ntags = [\"solution\"]\noptions = { code-fold = true, code-summary = \"Solution\" }\n\n[[cells]]\npaths = [\"open.ipynb\"]\noptions = { echo = true }\n")
        .notebook("talks/a.ipynb", nb([md("# A"), cell("#| echo: true\nprobe = 1", &[])]))
        .notebook("b.ipynb", nb([md("# B"), cell("#| code-fold: false\nprobe = 1", &["solution"]), cell("other = 1", &[])]))
        .notebook("open.ipynb", nb([md("# C"), cell("probe = 1", &["remove-input"])]))
        .build()
        .fine();
    assert!(!site.content("talks/a.html").contains("probe"));
    assert_eq!(site.content("b.html").matches("fold-input").count(), 1);
    assert!(site.content("b.html").contains("Solution</summary>"));
    assert!(site.content("open.html").contains("probe"));
}

#[test]
fn hiding_tags_remove_in_a_project_of_quarto() {
    let notebook = nb([md("# T"), tagged(ran("probe = 1", json!([])), &["hide-cell"])]);
    let folded = Desk::new().notebook("a.ipynb", notebook.clone()).build().fine();
    assert!(folded.content("a.html").contains("fold-cell"));
    for (file, text) in [
        ("_quarto.yml", "project: {type: website}\n"),
        ("bindery.toml", "[markdown]\ndialects = [\"quarto\"]\n"),
    ] {
        let site = Desk::new().file(file, text).notebook("a.ipynb", notebook.clone()).build().fine();
        assert_eq!(site.holding("probe"), [""; 0], "{file}");
    }
}

#[test]
fn tags_of_an_authors_own_are_no_slips() {
    let site = Desk::new()
        .notebook(
            "a.ipynb",
            nb([md("# T"), tagged(code("x"), &["vcp:skip", "solution", "remove", "output", "part-1"])]),
        )
        .build()
        .fine();
    assert!(!site.stderr.contains("warning["), "{}", site.stderr);
}

#[test]
fn unknown_front_matter_is_kept_and_slips_are_said() {
    let site = Desk::new()
        .file("a.md", "---\ntitle: T\ndescripton: x\nmine: kept\nexecute: {ehco: false}\n---\n\nwords\n")
        .build()
        .fine();
    for sign in ["did you mean `description`?", "did you mean `execute.echo`?"] {
        assert!(site.stderr.contains(sign), "{sign}\n{}", site.stderr);
    }
    assert!(!site.stderr.contains("mine") && site.read("_bindery/site.json").contains("kept"));
}

#[test]
fn an_alias_bomb_in_yaml_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let refs = format!("*a{}, ", n - 1).repeat(10);
        bomb.push_str(&format!("a{n}: &a{n} [{}]\n", refs.trim_end_matches(", ")));
    }
    let option: String = bomb.lines().map(|line| format!("#| {line}\n")).collect();
    let site = Desk::new()
        .file("a.md", format!("---\n{bomb}---\n\nwords\n"))
        .notebook("b.ipynb", nb([md("# T"), ran(&format!("{option}probe = 1"), json!([]))]))
        .file("_toc.yml", &bomb)
        .build();
    assert!(site.content("a.html").contains("words") && site.content("b.html").contains("probe"));
}

#[test]
fn an_unknown_option_in_the_sites_configuration_is_an_error() {
    let site = Desk::new()
        .file("bindery.toml", "[[cells]]\noptions = { code-flod = true }\n")
        .file("a.md", "# A\n")
        .build();
    assert_eq!(site.code, 2);
    assert!(
        site.stderr.contains("`code-flod`, which is no option; did you mean `code-fold`?"),
        "{}",
        site.stderr
    );
}

#[test]
fn the_configuration_names_languages_that_notebooks_do_not() {
    let notebook = |kernel: &str| {
        let mut notebook = nb([md("# T"), code("x")]);
        notebook["metadata"] = json!({"kernelspec": {"name": kernel}});
        notebook
    };
    let site = Desk::new()
        .file("bindery.toml", "[language]\ndefault = \"ruby\"\nkernels = { ops-kernel = \"bash\" }\n")
        .notebook("a.ipynb", notebook("ops-kernel"))
        .notebook("b.ipynb", notebook("never-heard-of"))
        .notebook("c.ipynb", notebook("python3"))
        .build()
        .fine();
    for (page, lang) in [("a", "bash"), ("b", "ruby"), ("c", "python")] {
        assert!(site.content(&format!("{page}.html")).contains(&format!("language-{lang}")), "{page}");
    }
}

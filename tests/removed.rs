//! Removed means gone: what an author or the site takes out is in no file of the site.

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

/// What no reader may find.
const SECRET: &str = "hunter2hunter2";

/// A place and what writes a cell there.
type Place = (&'static str, fn(&str) -> String);

/// Where a cell can stand in a text.
fn places() -> [Place; 7] {
    fn each(prefix: &str, text: &str) -> String {
        text.lines().map(|line| format!("{prefix}{line}\n")).collect()
    }
    [
        ("top", |cell| cell.to_owned()),
        ("container", |cell| format!("::: {{.callout-note}}\n{cell}:::\n")),
        ("open container", |cell| format!("::: {{.callout-note}}\nopen\n\n{cell}")),
        ("list", |cell| format!("- an item\n\n{}", each("  ", cell))),
        ("list's first", |cell| format!("- {}", each("  ", cell).trim_start())),
        ("quote", |cell| each("> ", cell)),
        ("behind code in a line", |cell| format!("```x``` is code\n\n{cell}")),
    ]
}

#[test]
fn what_is_removed_is_gone_wherever_a_cell_stands() {
    let quarto = |mark: &str| format!("```{{python}}\n#| {mark}\ntoken = '{SECRET}'\n```\n");
    let myst = |mark: &str| format!("```{{code-cell}} python\n:{mark}\ntoken = '{SECRET}'\n```\n");
    let forms = [
        ("qmd", quarto("include: false")),
        ("qmd", quarto("echo: false")),
        ("Rmd", format!("```{{python, include=FALSE}}\ntoken = '{SECRET}'\n```\n")),
        ("md", myst("tags: [remove-cell]")),
        ("md", myst("tags: [remove-input]")),
        ("md", format!("~~~{{code-cell}}\n---\ntags: [remove-cell]\n---\ntoken = '{SECRET}'\n~~~\n")),
    ];
    for (extension, cell) in forms {
        for (place, write) in places() {
            let text = write(&cell);
            let more = if extension == "md" {
                "\n```{code-cell}\nshown = 1\n```\n"
            } else {
                "\n```{python}\nshown = 1\n```\n"
            };
            let site = Desk::new()
                .file(&format!("a.{extension}"), format!("# T\n\n{text}\n\nwords behind\n{more}"))
                .file(&format!("part.{extension}"), &text)
                .file("included.md", format!("# I\n\n```{{include}} part.{extension}\n```\n\n{{{{< include part.{extension} >}}}}\n"))
                .file("literal.md", format!("# L\n\n```{{literalinclude}} part.{extension}\n```\n"))
                .build()
                .fine();
            assert_eq!(site.holding(SECRET), [""; 0], "{extension}, {place}\n{text}");
            let page = site.content("a.html");
            assert!(page.contains("words behind") && page.contains("shown"), "{extension}, {place}\n{page}");
        }
    }
}

#[test]
fn cells_inside_of_prose_are_shown_without_their_options() {
    let site = Desk::new()
        .file("a.qmd", "# T\n\n::: {.callout-note}\n```{python}\n#| echo: true\nvisible = 1\n```\n:::\n\n````markdown\n```{python}\n#| include: false\nas_it_stands = 1\n```\n````\n")
        .build()
        .fine();
    let page = site.content("a.html");
    assert!(page.contains("visible") && !page.contains("echo"), "{page}");
    assert!(page.contains("as_it_stands") && page.contains("include: false"), "{page}");
}

#[test]
fn a_notebook_is_not_included_as_a_file() {
    let notebook = nb([md("# T"), tagged(code(&format!("token = '{SECRET}'")), &["remove-cell"])]);
    let script =
        format!("# %% [markdown]\n# # T\n\n# %% tags=[\"remove-cell\"]\ntoken = '{SECRET}'\n\n# %%\nx = 1\n");
    let site = Desk::new()
        .notebook("secret.ipynb", notebook)
        .file("script.py", script)
        .file("draft.md", format!("---\ndraft: true\n---\n\n{SECRET}\n"))
        .file("a.md", "# A\n\n```{include} secret.ipynb\n```\n\n```{literalinclude} secret.ipynb\n```\n\n```{csv-table}\n:file: secret.ipynb\n```\n\n{{< include secret.ipynb >}}\n\n```{literalinclude} script.py\n```\n\n```{include} draft.md\n```\n")
        .build()
        .fine();
    assert_eq!(site.holding(SECRET), [""; 0], "{}", site.stderr);
    assert_eq!(site.stderr.matches("cannot be included").count(), 6, "{}", site.stderr);
}

/// A notebook whose cells are `cells`, in a site that must hold no trace of the secret.
fn gone(notebook: Value) -> Built {
    let reader = nb([md("# R\n\n```{embed} a.ipynb#cell=2\n```\n\n[the file](a.ipynb)")]);
    let site = Desk::new().notebook("a.ipynb", notebook).notebook("reader.ipynb", reader).build();
    assert_eq!(site.holding(SECRET), [""; 0], "{}", site.stderr);
    assert!(site.has("a.ipynb"), "its copy is published");
    site
}

#[test]
fn parts_of_cells_are_gone_from_page_script_and_copy() {
    let both = || json!([stream("stdout", "printed\n"), stream("stderr", &format!("{SECRET}\n"))]);
    // A stronger word that shows does not bring back what is removed.
    gone(nb([md("# T"), tagged(ran("#| warning: true\nx = 1", both()), &["remove-stderr"])]));
    let site = gone(nb([md("# T"), tagged(ran("x = 1", both()), &["hide-warnings", "show-warnings"])]));
    assert!(site.stderr.contains("contradict each other"), "{}", site.stderr);
    let out = json!([stream("stdout", &format!("{SECRET}\n")), stream("stderr", "warned\n")]);
    let site = gone(nb([md("# T"), tagged(ran("x = 1", out), &["remove-stdout"])]));
    assert!(site.content("a.html").contains("warned"));
    let hidden = format!("x = 1\ntoken = '{SECRET}' #| hide_line\ny = 2");
    let site = gone(nb([md("# T"), code(&hidden)]));
    assert!(site.content("a.html").contains('y'));
}

#[test]
fn streams_of_vs_code_are_filtered_too() {
    let kept = |mime: &str| data(json!({mime: format!("one\n{SECRET}\ntwo\n")}));
    for mime in ["application/vnd.code.notebook.stdout", "application/vnd.code.notebook.stderr"] {
        let word = format!("#| filter_stream {SECRET}").replace(SECRET, &SECRET[..7]);
        let site = gone(nb([md("# T"), ran(&format!("{word}\nx = 1"), json!([kept(mime)]))]));
        assert!(site.content("a.html").contains("two"), "{}", site.content("a.html"));
    }
    let shown = ran("x = 1", json!([kept("application/vnd.code.notebook.stderr")]));
    gone(nb([md("# T"), tagged(shown, &["remove-stderr"])]));
}

#[test]
fn values_of_a_removed_cell_are_in_no_list_of_parameters() {
    for tags in [["remove-cell", "injected-parameters"], ["remove-input", "parameters"]] {
        let mut notebook = nb([md("# T"), tagged(code(&format!("token = '{SECRET}'")), &tags)]);
        notebook["metadata"]["papermill"] = json!({"parameters": {"token": SECRET}, "duration": 1.5});
        let site = gone(notebook);
        assert!(site.read("a.ipynb").contains("duration"));
    }
    let mut notebook = nb([
        md("# T"),
        tagged(code(&format!("dbutils.widgets.text('token', '{SECRET}')")), &["remove-input"]),
    ]);
    notebook["metadata"]["application/vnd.databricks.v1+notebook"] =
        json!({"widgets": {"token": {"currentValue": SECRET}}});
    gone(notebook);
}

#[test]
fn what_papermill_keeps_of_the_machine_is_published_nowhere() {
    let mut notebook = nb([md("# T"), code("x = 1")]);
    notebook["metadata"]["papermill"] = json!({
        "parameters": {"region": "north"}, "input_path": format!("/home/{SECRET}/a.ipynb"),
        "environment_variables": {"TOKEN": SECRET},
    });
    let site = gone(notebook);
    assert!(site.content("a.html").contains("north") && site.read("a.ipynb").contains("north"));
}

#[test]
fn old_formats_and_second_copies_hold_nothing_back() {
    let cell = json!({"cell_type": "code", "language": "python", "metadata": {}, "outputs": [],
        "input": format!("x = 1\ntoken = '{SECRET}' #| hide_line")});
    let old = json!({"nbformat": 3, "nbformat_minor": 0, "metadata": {},
        "worksheets": [{"metadata": {}, "cells": [cell]}]});
    let site = gone(old);
    assert!(site.read("a.ipynb").contains("x = 1") && !site.read("a.ipynb").contains("\"source\""));
    for tag in ["remove-input", "remove-output", "remove-stderr"] {
        let output = json!([stream("stderr", &format!("{SECRET}\n"))]);
        let source = if tag == "remove-input" { SECRET } else { "x = 1" };
        let output = if tag == "remove-input" { json!([]) } else { output };
        let cell = with(
            ran(source, output),
            json!({"tags": [tag], "lc_wrapper": {"log": SECRET}, "variables": {"x": SECRET},
                "application/vnd.databricks.v1+cell": {"inputWidgets": {"t": SECRET}},
                "pinned_outputs": [SECRET]}),
        );
        let mut notebook = nb([
            md("# T"),
            cell,
            ran("w", json!([data(json!({"application/vnd.jupyter.widget-view+json": {"model_id": "m"}}))])),
        ]);
        if tag != "remove-input" {
            notebook["metadata"]["widgets"] = json!({"application/vnd.jupyter.widget-state+json": {"state": {"m": {"state": {"value": SECRET}}}}});
        }
        let site = gone(notebook);
        assert!(site.read("a.ipynb").contains(tag));
    }
}

#[test]
fn a_removed_first_cell_is_no_head_of_the_page() {
    let head = format!("---\ntitle: {SECRET}\n---\n\n# {SECRET}");
    for first in [
        with(md(&head), json!({"mystnb": {"remove_code_source": true}})),
        with(raw("", &head), json!({"tags": ["Remove-Cell"]})),
        tagged(md(&head), &["remove_cell"]),
    ] {
        gone(nb([first, md("# T"), code("x = 1")]));
    }
    let site = Desk::new()
        .file("bindery.toml", "[[cells]]\ntags = [\"internal\"]\noptions = { include = false }\n")
        .notebook("a.ipynb", nb([tagged(md(&head), &["internal"]), md("# T")]))
        .build()
        .fine();
    assert_eq!(site.holding(SECRET), [""; 0]);
}

#[test]
fn what_is_for_another_format_is_in_no_script() {
    let text = format!(
        "# T\n\n::: {{.content-hidden}}\n{SECRET}\n\n::: {{.callout-note}}\n{SECRET}\n:::\n:::\n\n::: {{.content-visible when-format=\"pdf\"}}\n{SECRET}\n:::\n\n::: {{.content-visible when-profile=\"internal\"}}\n{SECRET}\n:::\n\n::: {{.content-visible when-format=\"html\"}}\nseen\n:::\n\n```{{python}}\nx = 1\n```\n"
    );
    let site = Desk::new().file("a.qmd", text).build().fine();
    assert_eq!(site.holding(SECRET), [""; 0]);
    assert!(site.content("a.html").contains("seen") && !site.holding("# %%").is_empty());
}

#[test]
#[cfg(unix)]
fn a_link_to_what_is_ignored_is_passed_over() {
    use std::os::unix::fs::symlink;
    let desk = Desk::new()
        .file(".gitignore", "private/\n*.key.txt\n")
        .file("private/a.md", format!("# {SECRET}\n"))
        .file("my.key.txt", SECRET)
        .file(".hidden/b.txt", SECRET)
        .file("page.md", "# P\n\n```{include} one.txt\n```\n\n```{include} two.txt\n```\n\n[x](one.txt) [y](linked.md)\n")
        .file("a.md", "# A\n\n```{include} one.txt\n```\n\n```{include} my.key.txt\n```\n\n```{include} two.txt\n```\n\n```{include} folder/b.txt\n```\n");
    symlink("my.key.txt", desk.root().join("one.txt")).unwrap();
    symlink(".hidden/b.txt", desk.root().join("two.txt")).unwrap();
    symlink("private/a.md", desk.root().join("linked.md")).unwrap();
    symlink(".hidden", desk.root().join("folder")).unwrap();
    let site = desk.build().fine();
    assert_eq!(site.holding(SECRET), [""; 0], "{}", site.stderr);
    assert!(site.stderr.contains("passed over"), "{}", site.stderr);
    // One file alone keeps the same rule.
    let output = desk.run(&["build", "a.md", "--out", "one.html"]);
    let html = std::fs::read_to_string(desk.root().join("one.html")).unwrap();
    assert!(!html.contains(SECRET), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr).matches("cannot be included").count(), 4);
}

#[test]
fn what_an_attack_found_stays_gone() {
    let q = |text: &str| text.replace('§', SECRET);
    let cell = "```{python}\n#| include: false\n§\n```\n";
    let qmd = |text: String| {
        vec![("a.qmd".to_owned(), format!("# T\n\n{text}\n\nbehind\n\n```{{python}}\nx = 1\n```\n"))]
    };
    let md = |text: &str| {
        vec![("a.md".to_owned(), format!("# T\n\n{text}\n\nbehind\n\n```{{code-cell}} python\nx = 1\n```\n"))]
    };
    let py = |text: &str| {
        vec![(
            "a.py".to_owned(),
            format!("# %% [markdown]\n# # T\n\n{text}\n\n# %% [markdown]\n# behind\n\n# %%\nx = 1\n"),
        )]
    };
    let jupytext = "---\njupyter:\n  jupytext:\n    text_representation: {extension: .md, format_name: markdown}\n  kernelspec: {name: python3, language: python, display_name: P}\n---\n\n# T\n\n";
    let cases: Vec<Vec<(String, String)>> = vec![
        qmd("::: {#intro}\n::: {.content-hidden}\n§\n:::\n:::".to_owned()),
        qmd(format!("::: {{#intro .callout-note}}\n{cell}:::")),
        md(":::{my-box}\n```{code-cell} python\n:tags: [remove-cell]\n§\n```\n:::"),
        qmd("```{python}\n#| include: false\nd = '''\n    ```\n§\n'''\n```".to_owned()),
        py("# %% tags=[\"remove-cell\"] vscode={\"languageId\": \"r\"}\ny = '§'"),
        vec![("a.md".to_owned(), format!("{jupytext}```python {{\"tags\": [\"remove-cell\"]}}\n§\n```\n\nbehind\n"))],
        vec![("a.md".to_owned(), format!("{jupytext}<!-- #region {{\"tags\": [\"remove-cell\"]}} -->\n§\n\n```python\n§\n```\n\n<!-- #region -->\n§\n<!-- #endregion -->\n§\n<!-- #endregion -->\n\nbehind\n"))],
        md("```{code-cell} python\n:caption: Note: this\n:tags: [remove-cell]\n§\n```"),
        md("```{code-cell} python\n---\ncaption: Note: this\ntags: [remove-cell]\n---\n§\n```"),
        md("```{code-cell} python\n\n:tags: [remove-cell]\n§\n```"),
        qmd("A [§]{.content-hidden} and [§]{.content-visible when-format=\"pdf\"} end".to_owned()),
        qmd("```{.python .content-hidden}\n§\n```\n\n![](x.png){.content-hidden fig-alt=\"§\"}\n\n<div class=\"content-hidden\">\n§\n\n§\n</div>".to_owned()),
        qmd("::: content-hidden\n§\n:::\n\n::: notes\n§\n:::".to_owned()),
        qmd("::: {.content-hidden}\n```\n:::\n```\n§\n:::".to_owned()),
        md("::: {.content-hidden}\n::: {.x}\n§\n:::\n\n```{code-cell} python\n§\n```\n\n§\n:::"),
        qmd("```{dot, include=FALSE}\n§\n```\n\n```{comment, echo=FALSE}\n§\n```\n\n```{ojs}\n//| include: false\n§\n```\n\n```{mermaid}\n%%| include: false\n§\n```".to_owned()),
        vec![("a.Rmd".to_owned(), "# T\n\n```{r, fig.cap=\"5\\\" tall\", include=FALSE}\n§\n```\n\n```{r it's, include=FALSE}\n§\n```\n\nbehind\n".to_owned())],
        vec![("a.Rmd".to_owned(), "# T\n\n```{r setup, include=FALSE}\nknitr::opts_chunk$set(echo = FALSE, fig.width = c(1, 2))\n```\n\n```{r}\n§\n```\n\nbehind\n".to_owned())],
        vec![("a.md".to_owned(), "# T\n\n+++ {\"tags\": [\"remove-cell\"]}\n§\n+++\n\nbehind\n".to_owned())],
        vec![("a.md".to_owned(), "# T\n\n+++ {tags: [remove-cell]}\n§\n+++\n\nbehind\n".to_owned())],
        qmd("```{python}\nx = 1\ny = '§' #|  hide_line\nz = '§' # | hide_line\n```".to_owned()),
        vec![("a.qmd".to_owned(), "---\ntitle: T\nexecute:\n  echo: false\n---\n\n```{python}\n#| code-fold: true\n§\n```\n\nbehind\n".to_owned())],
    ];
    for files in cases {
        let name = files[0].0.clone();
        let mut desk = Desk::new().file(
            "b.md",
            format!("# B\n\n```{{include}} {name}\n```\n\n```{{literalinclude}} {name}\n```\n"),
        );
        for (name, text) in &files {
            desk = desk.file(name, q(text));
        }
        let site = desk.build();
        assert_eq!(site.holding(SECRET), [""; 0], "{files:?}");
        assert!(site.content("a.html").contains("behind"), "{files:?}\n{}", site.content("a.html"));
    }
}

#[test]
fn a_hidden_container_may_go_on_through_cells() {
    let site = gone(nb([
        md("# T\n\n::: {.content-hidden}"),
        code(&format!("x = '{SECRET}'")),
        md(&format!("{SECRET}\n\n:::\n\nbehind")),
        code("shown = 1"),
    ]));
    let page = site.content("a.html");
    assert!(page.contains("behind") && page.contains("shown"), "{page}");
    gone(with_metadata(nb([md("# T"), with(code(SECRET), json!({"tags": ["hide-input"]}))])));
}

fn with_metadata(mut notebook: Value) -> Value {
    notebook["metadata"]["mystnb"] = json!({"remove_code_source": true});
    notebook
}

#[test]
fn what_is_kept_from_git_or_excluded_is_in_no_site() {
    let desk = Desk::new()
        .file("docs/bindery.toml", "[content]\nexclude = [\"s.py\", \"out\"]\n")
        .file(".gitignore", "secret.md\nprivate/\n")
        .file("docs/secret.md", SECRET)
        .file("docs/private/x.md", SECRET)
        .file("docs/mine.md", SECRET)
        .file("docs/s.py", SECRET)
        .file("docs/out/s.csv", SECRET)
        .file("docs/bad.md", format!("---\ntitle: a: b\ndraft: true\n---\n\n{SECRET}\n"))
        .file("docs/one.md", format!("---\ndraft: 1\n---\n\n{SECRET}\n"))
        .file("docs/unpublished.md", format!("---\npublished: false\n---\n\n{SECRET}\n"))
        .file("docs/a.md", "# A\n\n[x](s.py) [y](out/s.csv) [z](secret.md)\n");
    desk.git(&["init", "-q"]);
    std::fs::write(desk.root().join(".git/info/exclude"), "mine.md\n").unwrap();
    let site = desk.build_with(&["docs"]);
    assert_eq!(site.holding(SECRET), [""; 0], "{}", site.stderr);
    assert!(site.has("a.html"), "{:?}\n{}", site.files(), site.stderr);
}

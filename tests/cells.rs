//! What a cell's author marked is what its reader gets.

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

#[test]
fn what_is_removed_is_nowhere_in_the_site() {
    let out = json!([stream("stdout", "OUT-SECRET"), stream("stderr", "ERR-SECRET")]);
    for (tag, gone, kept) in [
        ("remove-cell", &["IN-SECRET", "OUT-SECRET", "ERR-SECRET"][..], &[][..]),
        ("remove_input", &["IN-SECRET"], &["OUT-SECRET", "ERR-SECRET"]),
        ("remove-output", &["OUT-SECRET", "ERR-SECRET"], &["IN-SECRET"]),
        ("remove_stdout", &["OUT-SECRET"], &["IN-SECRET", "ERR-SECRET"]),
        ("remove-stderr", &["ERR-SECRET"], &["IN-SECRET", "OUT-SECRET"]),
    ] {
        let desk = Desk::new()
            .notebook("a.ipynb", nb([md("# Title"), tagged(ran("x = 'IN-SECRET'", out.clone()), &[tag])]));
        let site = desk.build().fine();
        for text in gone {
            assert_eq!(site.holding(text), [""; 0], "{tag}: {text}");
        }
        for text in kept {
            assert!(site.holding(text).contains(&"a.html".to_owned()), "{tag}: {text}");
        }
        assert!(site.has("a.ipynb"), "the copy without it can be had");
    }
}

#[test]
fn a_removed_title_or_first_paragraph_does_not_leak() {
    let desk = Desk::new().notebook(
        "a.ipynb",
        nb([tagged(md("# SECRET-TITLE\n\nSECRET-WORDS"), &["remove-cell"]), md("# Open\n\nwords")]),
    );
    let site = desk.build().fine();
    assert_eq!(site.holding("SECRET"), [""; 0]);
    assert!(site.read("a.html").contains("<title>Open"));
}

#[test]
fn what_is_hidden_is_folded() {
    let out = json!([stream("stdout", "shown")]);
    for (cell, class) in [
        (tagged(ran("x", out.clone()), &["hide-input"]), "fold-input"),
        (tagged(ran("x", out.clone()), &["hide_output"]), "fold-output"),
        (tagged(ran("x", out.clone()), &["hide-cell"]), "fold-cell"),
        (with(ran("x", out.clone()), json!({"jupyter": {"source_hidden": true}})), "fold-input"),
        (with(ran("x", out.clone()), json!({"jupyter": {"outputs_hidden": true}})), "fold-output"),
        (with(ran("x", out.clone()), json!({"collapsed": true})), "fold-output"),
        (with(ran("x", out.clone()), json!({"hide_input": true})), "fold-input"),
    ] {
        let page = Desk::new().notebook("a.ipynb", nb([cell.clone()])).build().fine().content("a.html");
        assert!(page.contains(&format!("<details class=\"fold {class}\">")), "{cell}\n{page}");
        assert!(page.contains("shown"));
    }
}

#[test]
fn the_strongest_word_holds_and_conflicts_are_said() {
    let cell = with(
        ran("x = 1", json!([])),
        json!({"tags": ["hide-input", "remove-input"], "jupyter": {"source_hidden": true}}),
    );
    let site = Desk::new().notebook("a.ipynb", nb([md("# T"), cell])).build().fine();
    assert!(!site.content("a.html").contains("x = 1"));
    assert!(
        site.stderr.contains("warning[cell-conflict]: `remove-input` and `hide-input` contradict each other"),
        "{}",
        site.stderr
    );
}

#[test]
fn the_pages_defaults_yield_to_a_cell() {
    let page = nb([
        json!({"cell_type": "raw", "metadata": {}, "source": "---\ntitle: T\nexecute:\n  echo: false\n---\n"}),
        ran("quiet = 1", json!([stream("stdout", "a")])),
        tagged(ran("loud = 1", json!([])), &["show-code"]),
    ]);
    let site = Desk::new().notebook("a.ipynb", page).build().fine();
    let page = site.content("a.html");
    assert!(!page.contains("quiet") && page.contains("loud"), "{page}");
    assert_eq!(site.holding("quiet"), [""; 0]);
}

#[test]
fn a_section_that_the_editor_folds_is_folded() {
    let folded = with(md("## Details"), json!({"jp-MarkdownHeadingCollapsed": true}));
    let site =
        Desk::new().notebook("a.ipynb", nb([md("# T"), folded, md("inside"), md("## Next")])).build().fine();
    let page = site.content("a.html");
    let fold = page.find("fold-section").expect("a fold");
    let (inside, end, next) =
        (page.find("inside").unwrap(), page.find("</details>").unwrap(), page.find("Next").unwrap());
    assert!(fold < inside && inside < end && end < next, "{page}");
}

#[test]
fn languages_come_from_cell_magic_editor_and_kernel() {
    let cells = nb([
        code("print(1)"),
        code("%%bash\nls -l | sort"),
        with(code("Get-Item x"), json!({"vscode": {"languageId": "powershell"}})),
        code("!ls *.log"),
    ]);
    let page = Desk::new().notebook("a.ipynb", cells).build().fine().content("a.html");
    assert!(page.contains("<code class=\"language-python\">"), "{page}");
    assert!(page.contains("<span class=\"cell-lang\">Bash</span>"), "{page}");
    assert!(page.contains("<span class=\"cell-lang\">PowerShell</span>"), "{page}");
    assert!(page.contains("<span class=\"m\">!</span><span class=\"f\">ls </span>"), "{page}");
}

#[test]
fn the_kernels_name_is_enough() {
    let mut notebook = nb([code("ls")]);
    notebook["metadata"] = json!({"kernelspec": {"name": "bash"}});
    let page = Desk::new().notebook("a.ipynb", notebook).build().fine().content("a.html");
    assert!(page.contains("<code class=\"language-bash\">"), "{page}");
}

#[test]
fn a_notebook_that_was_never_run_is_a_procedure() {
    let site = Desk::new().notebook("a.ipynb", nb([md("# Restore"), code("pg_restore")])).build().fine();
    let page = site.read("a.html");
    assert!(
        page.contains("kind-procedure") && !page.contains("cell-output") && !page.contains("cell-count"),
        "{page}"
    );
}

#[test]
fn raw_cells_go_where_they_belong() {
    let cells = nb([
        md("# T"),
        raw("text/html", "<b>bold</b><script>alert(1)</script>"),
        raw("text/markdown", "*slanted*"),
        raw("text/latex", "\\newpage"),
        raw("text/restructuredtext", ".. note:: x"),
        raw("", "as it is"),
        raw("text/x-python", "import gone"),
    ]);
    let page = Desk::new().notebook("a.ipynb", cells).build().fine().content("a.html");
    assert!(
        page.contains("<b>bold</b>") && page.contains("<em>slanted</em>") && page.contains("as it is"),
        "{page}"
    );
    assert!(page.contains(".. "), "{page}");
    assert!(!page.contains("alert") && !page.contains("newpage") && !page.contains("import gone"), "{page}");
}

#[test]
fn parameters_and_times_and_slides_do_not_remove_anything() {
    let cells = nb([
        tagged(ran("alpha = 1", json!([])), &["parameters"]),
        tagged(ran("alpha = 2", json!([])), &["injected-parameters"]),
        with(md("speaker"), json!({"slideshow": {"slide_type": "notes"}})),
        with(md("left out of the show"), json!({"slideshow": {"slide_type": "skip"}})),
    ]);
    let page = Desk::new().notebook("a.ipynb", cells).build().fine().content("a.html");
    for text in ["Parameters</span>", "Parameters of this run</span>", "speaker", "left out of the show"] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[test]
fn tags_cannot_break_out_of_their_attribute() {
    let page = Desk::new()
        .notebook("a.ipynb", nb([tagged(md("x"), &["FOO\"><script>alert(1)</script>"])]))
        .build()
        .fine();
    assert!(!page.read("a.html").contains("<script>alert"));
}

#[test]
fn front_matter_of_a_removed_cell_is_removed_too() {
    let head = json!({"cell_type": "raw", "metadata": {"tags": ["remove-cell"]}, "source": "---\ntitle: SECRET-TITLE\nowner: SECRET-OWNER\n---"});
    let site = Desk::new().notebook("a.ipynb", nb([head, md("# Open")])).build().fine();
    assert_eq!(site.holding("SECRET"), [""; 0]);
}

#[test]
fn streams_that_vscode_keeps_as_data_are_streams() {
    let kept = json!([
        data(json!({"application/vnd.code.notebook.stderr": "ERR-SECRET"})),
        stream("stdout", "shown")
    ]);
    let site = Desk::new()
        .notebook("a.ipynb", nb([md("# T"), tagged(ran("x", kept), &["remove-stderr"])]))
        .build()
        .fine();
    assert_eq!(site.holding("ERR-SECRET"), [""; 0]);
}

//! Notebooks of every tool render alike: the list of proofs, one test each.

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

fn page(notebook: Value) -> String {
    Desk::new().notebook("a.ipynb", notebook).build().fine().content("a.html")
}

fn with_metadata(mut notebook: Value, metadata: Value) -> Value {
    notebook["metadata"] = metadata;
    notebook
}

#[test]
fn p01_tags_remove_and_hide_in_both_spellings() {
    for mark in ["remove", "hide"] {
        for part in ["cell", "input", "output"] {
            let pages = ["-", "_"].map(|dash| {
                let tag = format!("{mark}{dash}{part}");
                page(nb([md("# T"), tagged(ran("probe = 1", json!([stream("stdout", "printed")])), &[&tag])]))
                    .replace(&format!("celltag_{tag}"), "celltag")
            });
            assert_eq!(pages[0], pages[1], "{mark} {part}");
            let gone = |text: &str| !pages[0].contains(text);
            let folded = pages[0].contains(&format!("fold-{part}"));
            match (mark, part) {
                ("remove", "cell") => assert!(gone("probe") && gone("printed")),
                ("remove", "input") => assert!(gone("probe") && !gone("printed")),
                ("remove", _) => assert!(!gone("probe") && gone("printed")),
                _ => assert!(folded && !gone("probe") && !gone("printed")),
            }
        }
    }
}

#[test]
fn p02_options_behind_the_comment_sign_of_each_language() {
    let mut pages = Vec::new();
    for (lang, leader) in [("python", "#"), ("ruby", "#"), ("bash", "#"), ("sql", "--"), ("javascript", "//")]
    {
        let source =
            format!("{leader}| label: fig-a\n{leader}| fig-cap: Spot on\n{leader}| code-fold: true\nx");
        let notebook = nb([md("# T"), ran(&source, json!([data(json!({"image/png": PIXEL}))]))]);
        let page = page(with_metadata(notebook, json!({"language_info": {"name": lang}})));
        assert!(page.contains("Spot on</figcaption>") && page.contains("fold-input"), "{lang}\n{page}");
        assert!(!page.contains("fig-cap:"), "{lang}\n{page}");
        // Colours of the code apart.
        let (before, rest) = page.split_once("<pre").unwrap();
        pages.push(format!("{before}{}", rest.split_once("</pre>").unwrap().1));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn p03_what_jupyterlab_hides_scrolls_and_collapses() {
    let long = json!([stream("stdout", &"line\n".repeat(60))]);
    for (metadata, sign) in [
        (json!({"jupyter": {"source_hidden": true}}), "fold-input"),
        (json!({"jupyter": {"outputs_hidden": true}}), "fold-output"),
        (json!({"collapsed": true}), "fold-output"),
        (json!({"scrolled": true}), "text scroll"),
    ] {
        let page = page(nb([md("# T"), with(ran("x", long.clone()), metadata.clone())]));
        assert!(page.contains(sign), "{metadata}\n{page}");
    }
    let free = page(nb([md("# T"), with(ran("x", long), json!({"scrolled": false}))]));
    assert!(!free.contains("fold-lines") && !free.contains("scroll"), "{free}");
}

#[test]
fn p04_a_form_of_colab() {
    let source = "#@title Restart {display-mode: \"form\"}\n#@markdown Mind the *gap*.\nhost = \"web-1\" #@param [\"web-1\", \"web-2\"]\nhours = 4 #@param {type:\"slider\", min:1}";
    let page = page(nb([
        md("# T"),
        with(code(source), json!({"cellView": "form", "id": "x1", "colab_type": "code"})),
    ]));
    for sign in ["Restart</span>", "<em>gap</em>", "<code>host</code>", "web-2", "slider", "fold-input"] {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
}

#[test]
fn p05_an_export_of_databricks() {
    let text = r##"{"nbformat": 4, "nbformat_minor": 0, "metadata": {"application/vnd.databricks.v1+notebook": {"language": "sql", "notebookName": "Night check", "widgets": {"env": {"currentValue": "prod", "widgetInfo": {"widgetType": "text"}}}}}, "cells": [
      {"cell_type": "code", "source": ["%md\n", "# A *title*"], "metadata": {}, "outputs": [], "execution_count": 0},
      {"cell_type": "code", "source": ["select 1"], "execution_count": 0,
       "metadata": {"application/vnd.databricks.v1+cell": {"title": "Count", "showTitle": true, "nuid": "x", "startTime": 1700000000000, "finishTime": 1700000001000}},
       "outputs": [{"output_type": "display_data", "output_type": "display_data", "data": {"text/plain": ""},
         "metadata": {"application/vnd.databricks.v1+output": {"type": "table", "data": [[41, "a"]], "schema": [{"name": "n", "type": "\"integer\""}, {"name": "s", "type": "\"string\""}]}}}]},
      {"cell_type": "code", "source": ["dbutils.widgets.text(\"since\", \"2026-01-01\")"], "metadata": {}, "outputs": []}]}"##;
    let site = Desk::new().file("a.ipynb", text).build().fine();
    let page = site.content("a.html");
    for sign in [
        "<td>41</td>",
        "<th>s</th>",
        "Count</span>",
        "language-sql",
        "<code>since</code>",
        "<code>env</code>",
    ] {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
    assert!(site.read("a.html").contains("Night check</h1>"), "the notebook's name is its title");
}

#[test]
fn p06_cells_of_vscode() {
    let mut unnamed = stream("stdout", "nameless");
    unnamed.as_object_mut().unwrap().remove("name");
    let error = data(
        json!({"application/vnd.code.notebook.error": {"name": "Boom", "message": "it broke", "stack": "at x"}}),
    );
    let page = page(nb([
        md("# T"),
        with(code("ls -l"), json!({"vscode": {"languageId": "shellscript"}})),
        with(code("puts 1"), json!({"vscode": {"languageId": "ruby"}})),
        with(code("as it is"), json!({"vscode": {"languageId": "raw"}})),
        ran("x", json!([unnamed, error, data(json!({"application/vnd.code.notebook.stderr": "to stderr"}))])),
    ]));
    for sign in
        ["language-bash", "language-ruby", "cell-raw", "nameless", "<strong>Boom</strong>", "output-stderr"]
    {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
}

#[test]
fn p07_a_book_of_azure_data_studio() {
    let mut cell = tagged(
        ran(
            "select 1",
            json!([data(json!({
                "application/vnd.dataresource+json": {"schema": {"fields": [{"name": "n"}]}, "data": [{"n": "1"}]},
                "text/html": "<table><tr><th>n</th></tr><tr><td>1</td></tr></table>"
            }))]),
        ),
        &["hide_input"],
    );
    cell["metadata"]["azdata_cell_guid"] = json!("a-b");
    let notebook = with_metadata(
        nb([md("TSG001 - Copy logs\n=================="), cell]),
        json!({"kernelspec": {"name": "SQL", "language": "sql"}, "extensions": {"azuredatastudio": {}}}),
    );
    let site = Desk::new()
        .file("_data/toc.yml", "- title: Welcome\n  url: /readme\n  sections:\n  - title: Second\n    url: b/tsg002\n  - title: First\n    url: b/tsg001\n- title: Search\n  search: true\n")
        .file("_config.yml", "title: Big data\n")
        .file("content/readme.md", "# Read me\n")
        .notebook("content/b/tsg001.ipynb", notebook)
        .prose("content/b/tsg002.ipynb", "# TSG002")
        .build()
        .fine();
    let page = site.content("content/b/tsg001.html");
    assert!(
        page.contains("fold-input") && page.contains("<td>1</td>") && page.matches("<table").count() == 1,
        "{page}"
    );
    let whole = site.read("content/index.html");
    let (second, first) =
        (whole.find(">Second</a>").expect("an entry"), whole.find(">First</a>").expect("an entry"));
    assert!(second < first && whole.contains("Big data"), "{whole}");
}

#[test]
fn p08_several_kernels_in_one_polyglot_notebook() {
    let kernel = |name: &str, editor: &str, source: &str| {
        with(
            code(source),
            json!({"polyglot_notebook": {"kernelName": name}, "dotnet_interactive": {"language": "csharp"}, "vscode": {"languageId": editor}}),
        )
    };
    let notebook = nb([
        md("# T"),
        kernel("pwsh", "polyglot-notebook", "Get-Item x"),
        kernel("sql-Sales", "polyglot-notebook", "select 1"),
        kernel("csharp", "dotnet-interactive.csharp", "var x = 1;"),
        code("#!mermaid\ngraph TD"),
        code("#!markdown\n*slanted*"),
        with(md("*prose*"), json!({"dotnet_interactive": {"language": "csharp"}})),
    ]);
    let page = page(with_metadata(
        notebook,
        json!({"polyglot_notebook": {"kernelInfo": {"defaultKernelName": "csharp", "items": []}}}),
    ));
    for sign in [
        "language-powershell",
        "language-sql",
        "language-csharp",
        "language-mermaid",
        "<em>slanted</em>",
        "<em>prose</em>",
    ] {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
}

#[test]
fn p09_worksheets_of_format_3() {
    let notebook = json!({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "old"}, "worksheets": [{"cells": [
        {"cell_type": "heading", "level": 1, "source": "Old title", "metadata": {}},
        {"cell_type": "code", "language": "python", "input": "1+1", "prompt_number": 7, "collapsed": false,
         "metadata": {"tags": ["hide-input"]},
         "outputs": [{"output_type": "pyout", "prompt_number": 7, "text": "2", "metadata": {}},
                     {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["t"]},
                     {"output_type": "display_data", "png": PIXEL, "metadata": {}}]}]}]});
    let site = Desk::new().notebook("a.ipynb", notebook).build().fine();
    let page = site.content("a.html");
    assert!(site.read("a.html").contains("Old title</h1>"));
    for sign in [">2</pre>", "<strong>E</strong>", "<img", "language-python", "fold-input", ">7</span>"] {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
}

#[test]
fn p10_what_papermill_leaves() {
    let banner = tagged(
        md("<span style=\"color:red\">An Exception was encountered at 'In [2]'.</span>"),
        &["papermill-error-cell-tag"],
    );
    let notebook = nb([
        md("# T"),
        banner,
        tagged(ran("alpha = 1", json!([])), &["parameters"]),
        tagged(ran("alpha = 2", json!([])), &["injected-parameters"]),
    ]);
    let run = json!({"start_time": "2026-01-02T03:04:05.6", "end_time": "2026-01-02T03:05:05.6", "duration": 60.04, "exception": true,
        "parameters": {"alpha": 2}, "input_path": "/home/ada/in.ipynb", "environment_variables": {"TOKEN": "SECRET"}});
    let site =
        Desk::new().notebook("a.ipynb", with_metadata(notebook, json!({"papermill": run}))).build().fine();
    let page = site.content("a.html");
    for sign in [
        "run-failed",
        "2026-01-02 03:04:05",
        "60.0 s",
        "<code>alpha</code>",
        "cell-failure",
        "Parameters</span>",
        "Parameters of this run</span>",
    ] {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
    assert!(!site.read("a.html").contains("/home/ada") && !site.read("a.html").contains("SECRET"));
}

#[test]
fn p11_a_deck_of_rise_is_a_page_with_everything_on_it() {
    let slide = |kind: &str, text: &str| with(md(text), json!({"slideshow": {"slide_type": kind}}));
    let notebook = nb([
        slide("slide", "# Talk"),
        slide("subslide", "below"),
        slide("fragment", "later"),
        slide("notes", "for the speaker"),
        slide("skip", "not shown"),
        slide("", "goes on"),
    ]);
    let site = Desk::new()
        .notebook("a.ipynb", with_metadata(notebook, json!({"rise": {"theme": "sky"}})))
        .build()
        .fine();
    let page = site.read("a.html");
    for text in ["kind-talk", "below", "later", "for the speaker", "not shown", "goes on"] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn p12_widgets_alone_are_a_note_and_their_state_is_kept() {
    let widget =
        data(json!({"application/vnd.jupyter.widget-view+json": {"model_id": "m1", "version_major": 2}}));
    let state = json!({"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"m1": {"x": "KEPT"}}, "version_major": 2}}});
    let site = Desk::new()
        .notebook("a.ipynb", with_metadata(nb([md("# T"), ran("slider()", json!([widget]))]), state))
        .build()
        .fine();
    assert!(site.content("a.html").contains("output-note"), "{}", site.content("a.html"));
    assert!(site.read("a.ipynb").contains("KEPT"));
}

#[test]
fn p13_plotly_and_vega_alone_are_notes() {
    for mime in
        ["application/vnd.plotly.v1+json", "application/vnd.vegalite.v4+json", "application/vnd.vega.v5+json"]
    {
        let page = page(nb([md("# T"), ran("plot()", json!([data(json!({ mime: {"data": []} }))]))]));
        assert!(page.contains("output-note") && !page.contains("<script"), "{mime}\n{page}");
    }
}

#[test]
fn p14_a_traceback_with_its_colours() {
    let error = json!({"output_type": "error", "ename": "ValueError", "evalue": "no \u{1b}[31mlamp\u{1b}[0m",
        "traceback": ["\u{1b}[0;31mValueError\u{1b}[0m  Traceback", "\u{1b}[1;32mline 1\u{1b}[0m"]});
    let page = page(nb([md("# T"), ran("x", json!([error]))]));
    assert!(
        page.contains("<strong>ValueError</strong>")
            && page.contains("ansi-red-fg")
            && page.contains("traceback"),
        "{page}"
    );
    assert!(!page.contains('\u{1b}'));
}

#[test]
fn p15_scripts_in_every_place() {
    let evil = "\"><script>alert(1)</script>";
    let mut first = tagged(
        md(&format!("![x](attachment:{evil}.png) # <script>alert(2)</script>")),
        &[&format!("FOO{evil}")],
    );
    first["attachments"] = json!({format!("{evil}.png"): {"image/png": PIXEL}});
    first["id"] = json!(evil);
    first["metadata"]["name"] = json!(evil);
    let source = format!(
        "#| label: fig-{evil}\n#| fig-cap: {evil}\n#| code-summary: {evil}\n#| code-fold: true\n#| classes: {evil}\n#| out-width: {evil}\nx"
    );
    let outputs = json!([
        data(json!({"text/html": format!("<b>{evil}</b><img src=x onerror=alert(3)>")})),
        data(
            json!({"image/svg+xml": "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(4)</script><rect/></svg>"})
        ),
    ]);
    let prose = format!(
        ":::{{note}} {evil}\n:name: {evil}\n{evil}\n:::\n\n```{{figure}} x.png\n:alt: {evil}\n:width: {evil}\n```\n\n{{abbr}}`a ({evil})` {{ref}}`{evil}` @fig-{evil} {{{{< meta title >}}}} {{{{< kbd {evil} >}}}}\n\n::: {{.callout-tip title='{evil}'}}\nx\n:::\n\n(x{evil})=\n"
    );
    let notebook = nb([
        json!({"cell_type": "raw", "metadata": {}, "source": format!("---\ntitle: '{evil}'\nlabel: '{evil}'\n---")}),
        first,
        ran(&source, outputs),
        md(&prose),
        tagged(code(&format!("a{evil} = 1 #@param {{type:\"{evil}\"}}")), &["parameters", "hide-input"]),
    ]);
    let notebook = with_metadata(
        notebook,
        json!({"papermill": {"start_time": evil, "parameters": {evil: evil}}, "kernelspec": {"name": evil, "display_name": evil}}),
    );
    let site = Desk::new().notebook("a.ipynb", notebook).build();
    for file in site.files().iter().filter(|file| file.ends_with(".html") || file.ends_with(".svg")) {
        let text = site.read(file);
        for hole in ["<script>alert", "onerror", "\"><script"] {
            assert!(!text.contains(hole), "{file}: {hole}");
        }
    }
}

#[test]
fn p16_odd_encodings_and_an_empty_file() {
    let text = serde_json::to_string(&nb([md("# Größe\r\n\r\nwords")])).unwrap();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let site = Desk::new()
        .file("utf16.ipynb", utf16)
        .file("bom.ipynb", [b"\xef\xbb\xbf", text.as_bytes()].concat())
        .file("crlf.ipynb", text.replace(',', ",\r\n"))
        .file("empty.ipynb", "")
        .file("script.py", "\u{feff}# %% [markdown]\r\n# # Größe\r\n# %%\r\nx = 1\r\n")
        .build();
    assert_eq!(site.code, 1, "the empty file is an error");
    for page in ["utf16.html", "bom.html", "crlf.html", "script.html"] {
        assert!(site.read(page).contains("Größe</h1>"), "{page}\n{}", site.stderr);
    }
    assert!(site.read("empty.html").contains("the file is empty"));
}

#[test]
fn p17_raw_cells_of_each_type() {
    let raw = |mime: &str, text: &str| json!({"cell_type": "raw", "metadata": {"raw_mimetype": mime}, "source": text});
    let page = page(nb([
        md("# T"),
        raw("text/html", "<b>bold</b>"),
        raw("text/markdown", "*slanted*"),
        raw("text/latex", "\\newpage"),
        raw("text/restructuredtext", ".. note:: rst"),
        raw("text/restructuredtext", ".. toctree::\n\n   other"),
        raw("application/rtf", "RTF"),
        raw("", "as it is"),
    ]));
    for sign in
        ["<b>bold</b>", "<em>slanted</em>", "language-restructuredtext", "class=\"contents\"", "as it is"]
    {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
    assert!(!page.contains("newpage") && !page.contains("RTF"), "{page}");
}

#[test]
fn p18_directives_of_myst_and_callouts_of_quarto_look_alike() {
    let forms = [
        "```{tip} Spot\nwords\n```",
        ":::{tip} Spot\nwords\n:::",
        ":::tip[Spot]\nwords\n:::",
        "::: {.callout-tip title=\"Spot\"}\nwords\n:::",
        "::: {.callout-tip}\n## Spot\n\nwords\n:::",
        "!!! tip \"Spot\"\n    words",
    ];
    let pages: Vec<String> = forms
        .iter()
        .map(|form| {
            let desk = Desk::new().file("bindery.toml", "[markdown]\ndialects = [\"material\"]\n");
            desk.notebook("a.ipynb", nb([md("# T"), md(form)])).build().fine().content("a.html")
        })
        .collect();
    assert!(
        pages[0].contains("admonition-tip\">\n<p class=\"admonition-title\">Spot</p>\n<p>words</p>"),
        "{}",
        pages[0]
    );
    for (form, page) in forms.iter().zip(&pages) {
        assert_eq!(page, &pages[0], "{form}");
    }
}

#[test]
fn p19_anchors_in_both_spellings() {
    let notebook = nb([
        md("# T\n\n[a](#My-Heading) [b](#my-heading) [c](#cell-id=here) [d](#spot)\n\n## My Heading"),
        {
            let mut cell = with(code("x"), json!({"name": "spot"}));
            cell["id"] = json!("here");
            cell
        },
    ]);
    let site = Desk::new().notebook("a.ipynb", notebook).build().fine();
    let page = site.content("a.html");
    for sign in [
        "id=\"my-heading\"",
        "id=\"My-Heading\"",
        "id=\"cell-id=here\"",
        "id=\"spot\"",
        "href=\"#My-Heading\"",
    ] {
        assert!(page.contains(sign), "{sign}\n{page}");
    }
    assert!(!site.stderr.contains("link-dead"), "{}", site.stderr);
}

#[test]
fn p20_what_is_removed_is_found_nowhere() {
    let secret = |source: &str| ran(source, json!([stream("stdout", "SECRET-OUT\n")]));
    let mut removed = vec![
        with(secret("SECRET-IN"), json!({"nbsphinx": "hidden"})),
        with(
            secret("SECRET-IN"),
            json!({"mystnb": {"remove_code_source": true, "remove_code_outputs": true}}),
        ),
        with(md("SECRET-IN"), json!({"nbsphinx": "hidden"})),
    ];
    for head in [
        "#| include: false",
        "#| hide",
        "#| echo: false\n#| output: false",
        "#| mystnb:\n#|   remove_code_source: true\n#|   remove_code_outputs: true",
        "#| tags: [remove-cell]",
        "%%bash\n#| include: false",
    ] {
        removed.push(secret(&format!("{head}\nSECRET-IN")));
    }
    for tag in ["remove-cell", "remove_cell"] {
        removed.push(tagged(secret("SECRET-IN"), &[tag]));
    }
    let mut cells = vec![md("# T\n\n![](#SECRET-LABEL)\n\n{{< embed a.ipynb#hidden >}}")];
    cells.extend(removed);
    cells.push(ran("kept = 1\nSECRET-LINE #| hide_line", json!([])));
    let mut filtered = ran(
        "#| filter_stream SECRET-WORD\nx",
        json!([stream("stdout", "kept words\nSECRET-WORD and more\n")]),
    );
    filtered["metadata"]["pinned_outputs"] = json!([{"outputs": [stream("stdout", "SECRET-WORD")]}]);
    cells.push(filtered);
    let site = Desk::new().notebook("a.ipynb", nb(cells.clone())).build().fine();
    assert_eq!(site.holding("SECRET-IN"), [""; 0]);
    assert_eq!(site.holding("SECRET-OUT"), [""; 0]);
    assert_eq!(site.holding("SECRET-LINE"), [""; 0]);
    assert!(
        site.read("a.ipynb").contains("kept words") && !site.read("a.ipynb").contains("SECRET-WORD and more")
    );
    let script = "# %% [markdown]\n# # T\n\n# %% tags=[\"remove-cell\"]\nSECRET = 1\n\n# %%\nopen = 1\n";
    let site = Desk::new().file("a.py", script).build().fine();
    assert_eq!(site.holding("SECRET"), [""; 0]);
    assert!(site.content("a.html").contains("open"));
}

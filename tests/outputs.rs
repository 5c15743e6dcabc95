//! Outputs: every type shows something, and nothing of it runs.

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

fn shown(output: Value) -> String {
    page_of(output).content("a.html")
}

fn page_of(output: Value) -> Built {
    Desk::new().notebook("a.ipynb", nb([md("# T"), ran("x", json!([output]))])).build().fine()
}

#[test]
fn streams_are_merged_and_settled() {
    let cell = ran(
        "x",
        json!([
            stream("stdout", "10%\r50%\r"),
            stream("stdout", "100%\ndo"),
            stream("stdout", "ne\n"),
            stream("stderr", "oops\n")
        ]),
    );
    let page = Desk::new().notebook("a.ipynb", nb([cell])).build().fine().content("a.html");
    assert_eq!(page.matches("output-stdout").count(), 1, "{page}");
    assert!(page.contains("<pre class=\"text\" tabindex=\"0\">100%\ndone</pre>"), "{page}");
    assert!(page.contains("Standard error"), "{page}");
}

#[test]
fn ansi_colours_are_classes() {
    let page = shown(stream("stdout", "\u{1b}[1;31mbad\u{1b}[0m \u{1b}[38;2;1;2;3mexact\u{1b}[0m <x>"));
    assert!(page.contains("<span class=\"ansi-red-intense-fg ansi-bold\">bad</span>"), "{page}");
    assert!(
        page.contains("<span class=\"ansi-rgb-fg\" style=\"--fg:#010203\">exact</span> &lt;x&gt;"),
        "{page}"
    );
}

#[test]
fn errors_say_their_name_and_fold_the_rest() {
    let page =
        shown(json!({"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by <zero>",
        "traceback": ["\u{1b}[0;31m---\u{1b}[0m", "line 2", "line 3"]}));
    assert!(page.contains("<strong>ZeroDivisionError</strong><span class=\"error-message\">: division by &lt;zero&gt;</span>"), "{page}");
    assert!(
        page.contains("Traceback, 3 lines") && page.contains("<span class=\"ansi-red-fg\">---</span>"),
        "{page}"
    );
}

#[test]
fn long_outputs_fold_and_huge_ones_are_files() {
    let long: String = (1..=100).map(|n| format!("row {n}\n")).collect();
    let page = shown(stream("stdout", &long));
    assert!(page.contains("70 more lines") && page.contains("row 100"), "{page}");
    let huge: String = (1..=40_000).map(|n| format!("row {n}\n")).collect();
    let site = page_of(stream("stdout", &huge));
    let page = site.content("a.html");
    assert!(
        page.contains("All 40000 lines") && !page.contains("row 999\n") && page.len() < 5000,
        "{}",
        page.len()
    );
    let file = site
        .files()
        .into_iter()
        .find(|file| file.starts_with("_bindery/out/") && file.ends_with(".txt"))
        .unwrap();
    assert_eq!(site.read(&file).trim_end(), huge.trim_end());
    assert!(page.contains(&file));
}

#[test]
fn pictures_are_files_with_size_and_words() {
    let mut output =
        data(json!({"text/plain": "<Figure>", "image/png": format!("{}\n{}", &PIXEL[..40], &PIXEL[40..])}));
    output["metadata"] = json!({"image/png": {"width": 300, "alt": "A \"quoted\" plot"}});
    let site = page_of(output);
    let page = site.content("a.html");
    assert!(page.contains("alt=\"A &quot;quoted&quot; plot\" width=\"300\" height=\"300\""), "{page}");
    assert!(!page.contains("Figure") && !page.contains("base64"), "{page}");
    assert_eq!(site.files().iter().filter(|file| file.starts_with("_bindery/out/")).count(), 1);
}

#[test]
fn what_runs_gives_way_to_what_stands() {
    let plotly = json!({"text/html": "<div id='p'></div><script>Plotly.newPlot()</script>", "application/vnd.plotly.v1+json": {"data": []}, "image/png": PIXEL});
    let page = shown(data(plotly));
    assert!(page.contains("<img ") && !page.contains("newPlot"), "{page}");
    for (bundle, name) in [
        (json!({"application/javascript": "alert(1)"}), "JavaScript"),
        (json!({"text/html": "<script>alert(1)</script>"}), "HTML"),
        (json!({"application/vnd.vegalite.v4+json": {"mark": "bar"}}), "Vega-Lite"),
        (
            json!({"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "HBox()"}),
            "Jupyter widget",
        ),
    ] {
        let page = shown(data(bundle));
        assert!(page.contains("Interactive output, not shown:") && page.contains(name), "{page}");
        assert!(!page.contains("alert"), "{page}");
    }
    assert_eq!(
        shown(data(json!({"application/vnd.bokehjs_load.v0+json": ""}))).matches("cell-output").count(),
        0
    );
}

#[test]
fn html_is_kept_as_far_as_it_is_harmless() {
    let html = "<style scoped>td{color:red}</style><table border=\"1\" class=\"dataframe evil\" onclick=\"x()\"><thead><tr><th scope=\"col\">a</th></tr></thead><tbody><tr><td colspan=\"2\" style=\"position:fixed;text-align:right\">1</td></tr></tbody></table><iframe src=\"https://video.example/x\"></iframe><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">j</a>";
    let page = shown(data(json!({"text/html": html})));
    assert!(page.contains("<div class=\"table-wrap\" tabindex=\"0\"><table class=\"dataframe\">"), "{page}");
    assert!(page.contains("<td colspan=\"2\" style=\"text-align:right\">1</td>"), "{page}");
    assert!(page.contains("href=\"https://video.example/x\""), "a frame becomes a link: {page}");
    for bad in ["alert", "onclick", "scoped", "color:red", "iframe", "evil"] {
        assert!(!page.contains(bad), "{bad}\n{page}");
    }
}

#[test]
fn stylers_colours_stay_with_their_cells() {
    let html = "<style type=\"text/css\">#T_a_row0_col0, #T_a_row1_col0 {\n  background-color: #00441b;\n  color: #f1f1f1;\n}</style><table id=\"T_a\"><tbody><tr><td id=\"T_a_row0_col0\">1</td></tr></tbody></table>";
    let page = shown(data(json!({"text/html": html})));
    assert!(
        page.contains("<td id=\"T_a_row0_col0\" style=\"background-color:#00441b;color:#f1f1f1\">1</td>"),
        "{page}"
    );
}

#[test]
fn data_is_readable() {
    let tree = shown(data(json!({"application/json": {"plan": {"cost": 7, "list": [1, "<b>"]}}})));
    assert!(tree.contains("<details open><summary>") && tree.contains("\"&lt;b&gt;\""), "{tree}");
    let csv = shown(data(json!({"text/csv": "name,n\n\"a, b\",1\n"})));
    assert!(csv.contains("<th>name</th>") && csv.contains("<td>a, b</td>"), "{csv}");
    let resource = shown(data(
        json!({"application/vnd.dataresource+json": {"schema": {"fields": [{"name": "id"}]}, "data": [{"id": 5}]}}),
    ));
    assert!(resource.contains("<th>id</th>") && resource.contains("<td>5</td>"), "{resource}");
    let vdom = shown(data(
        json!({"application/vdom.v1+json": {"tagName": "h4", "attributes": {"onclick": "x"}, "children": ["hi"]}}),
    ));
    assert!(vdom.contains(">hi") && !vdom.contains("onclick"), "{vdom}");
    let latex = shown(data(json!({"text/latex": "$\\displaystyle \\frac{1}{2}$"})));
    assert!(latex.contains("<mfrac>"), "{latex}");
    let prose = shown(data(json!({"text/markdown": "**bold** `code`"})));
    assert!(prose.contains("<strong>bold</strong>"), "{prose}");
}

#[test]
fn svg_is_a_picture_without_a_script() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\" onload=\"alert(1)\"><script>alert(1)</script><rect width=\"9\" height=\"9\"/></svg>";
    let site = page_of(data(json!({"image/svg+xml": [svg]})));
    let page = site.content("a.html");
    assert!(page.contains("width=\"20\" height=\"10\"") && !page.contains("<svg"), "{page}");
    let file = site.files().into_iter().find(|file| file.starts_with("_bindery/out/")).unwrap();
    let drawn = site.read(&file);
    assert!(drawn.contains("<rect") && !drawn.contains("alert"), "{drawn}");
}

#[test]
fn sound_and_film_are_players() {
    let page = shown(data(json!({"audio/wav": "UklGRiQAAABXQVZFZm10IBAAAAABAAEA"})));
    assert!(page.contains("<audio controls preload=\"none\" src=\"_bindery/out/"), "{page}");
}

#[test]
fn what_is_broken_is_said() {
    let site = page_of(data(json!({"image/png": "%%% no base64 %%%"})));
    assert!(site.content("a.html").contains("Output that cannot be shown:"));
    assert!(site.stderr.contains("warning[output]"), "{}", site.stderr);
}

//! Notebooks as tools really write them: every oddity survives and is said.

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

fn build(bytes: impl AsRef<[u8]>) -> Built {
    Desk::new().file("a.ipynb", bytes).build()
}

#[test]
fn formats_3_and_2_are_read() {
    let sheet = |format: u32, text: &str| {
        json!({"nbformat": format, "metadata": {"name": "old"}, "worksheets": [{"cells": [
            {"cell_type": "heading", "level": 2, "source": ["A heading"]},
            {"cell_type": "code", "language": "ruby", "input": ["puts 1"], "prompt_number": 7, "outputs": [
                {"output_type": "stream", "stream": "stderr", text: "careful"},
                {"output_type": "pyout", "prompt_number": 7, "text": "forty-two", "png": PIXEL},
                {"output_type": "pyerr", "ename": "Boom", "evalue": "it broke", "traceback": []}]}]}]})
    };
    for (format, text) in [(3, "text"), (2, "text")] {
        let site = Desk::new().notebook("a.ipynb", sheet(format, text)).build().fine();
        let (page, content) = (site.read("a.html"), site.content("a.html"));
        assert!(page.contains("A heading</h1>"), "{page}");
        assert!(
            content.contains("language-ruby") && content.contains("<span class=\"cell-count b-ui\">7</span>"),
            "{content}"
        );
        assert!(content.contains("output-stderr") && content.contains("careful"), "{content}");
        assert!(content.contains("_bindery/out/") && content.contains("<strong>Boom</strong>"), "{content}");
    }
}

#[test]
fn encodings_are_read() {
    let text = serde_json::to_string(&nb([md("# Grüße 你好")])).unwrap();
    let utf16 = |big: bool| -> Vec<u8> {
        let mark = if big { [0xfe, 0xff] } else { [0xff, 0xfe] };
        let units =
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        mark.into_iter().chain(units).collect()
    };
    let with_mark = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
    for bytes in [text.clone().into_bytes(), with_mark, utf16(false), utf16(true)] {
        assert!(build(bytes).fine().read("a.html").contains("Grüße 你好</h1>"));
    }
}

#[test]
fn windows_line_ends_are_one_line_end() {
    let site = Desk::new()
        .notebook("a.ipynb", nb([md("# T\r\n\r\none\r\n\r\ntwo"), code("a\r\nb")]))
        .file("b.md", "---\r\ntitle: Page\r\n---\r\n\r\nwords\r\n")
        .build()
        .fine();
    let page = site.content("a.html");
    assert!(page.contains("<p>one</p>\n<p>two</p>") && !page.contains('\r'), "{page}");
    assert!(site.read("b.html").contains("<h1>Page</h1>"));
}

#[test]
fn what_strict_json_refuses_is_mended() {
    for (odd, said) in [
        (r#"{"nbformat":4,"metadata":{"x":NaN,"y":-Infinity},"cells":[]}"#, "NaN or Infinity"),
        (
            "{\"nbformat\":4,\"metadata\":{},\"cells\":[{\"cell_type\":\"markdown\",\"source\":\"a\tb\"}]}",
            "control characters",
        ),
        (
            r#"{"nbformat":4,"metadata":{},"cells":[{"cell_type":"markdown","metadata":{},"source":"x \ud800 y"}]}"#,
            "surrogate",
        ),
    ] {
        let site = build(odd).fine();
        assert!(site.stderr.contains(said), "{odd}\n{}", site.stderr);
    }
}

#[test]
fn what_is_no_notebook_has_a_page_that_says_so() {
    for (bytes, said) in [
        ("", "the file is empty"),
        ("{\"cells\": [", "the JSON ends too early"),
        ("[1, 2]", "the file is no notebook"),
        ("{\"a\": 1}", "has no list of cells"),
        ("{\n<<<<<<< HEAD\n\"cells\": []\n=======\n>>>>>>> x\n}", "conflict markers of a git merge"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull"),
    ] {
        let desk = Desk::new().file("bad.ipynb", bytes).prose("good.ipynb", "# Good");
        let site = desk.build();
        assert_eq!(site.code, 1, "{bytes}");
        assert!(
            site.stderr.contains("error[notebook-invalid]") && site.stderr.contains(said),
            "{}",
            site.stderr
        );
        assert!(site.stderr.contains("bad.ipynb"), "{}", site.stderr);
        assert!(site.read("bad.html").contains("This page could not be read"));
        assert!(site.read("good.html").contains("Good</h1>"));
    }
}

#[test]
fn wrong_types_anywhere_are_survived() {
    let good = nb([
        md("# T"),
        json!({"cell_type": "code", "id": "x1", "metadata": {"tags": ["a"], "jupyter": {"source_hidden": true}},
               "execution_count": 3, "source": ["a\n", "b"], "attachments": {"p": {"image/png": PIXEL}},
               "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]},
                           {"output_type": "display_data", "metadata": {"image/png": {"width": 3}}, "data": {"image/png": PIXEL, "text/plain": "p"}},
                           {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}]}),
    ]);
    let mut paths = Vec::new();
    collect(&good, String::new(), &mut paths);
    let mut desk = Desk::new();
    for (n, path) in paths.iter().enumerate() {
        for (m, wrong) in
            [json!(null), json!(7), json!("text"), json!([1, [2]]), json!({"k": []}), json!(true)]
                .into_iter()
                .enumerate()
        {
            let mut notebook = good.clone();
            *notebook.pointer_mut(path).unwrap() = wrong;
            desk = desk.notebook(&format!("n{n}-{m}.ipynb"), notebook);
        }
    }
    let site = desk.build();
    assert!(site.code < 2, "{}", site.stderr);
    assert_eq!(
        site.files().iter().filter(|file| file.starts_with('n') && file.ends_with(".html")).count(),
        paths.len() * 6
    );
}

fn collect(value: &serde_json::Value, path: String, paths: &mut Vec<String>) {
    if !path.is_empty() {
        paths.push(path.clone());
    }
    match value {
        serde_json::Value::Object(map) => {
            map.iter().for_each(|(key, inner)| {
                collect(inner, format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), paths)
            });
        }
        serde_json::Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, inner)| collect(inner, format!("{path}/{n}"), paths));
        }
        _ => {}
    }
}

#[test]
fn duplicate_keys_and_ids_are_read_as_jupyter_reads_them() {
    let site = build(
        r#"{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[
        {"cell_type":"markdown","id":"same","metadata":{},"source":"first"},
        {"cell_type":"code","id":"same","metadata":{},"execution_count":0,"source":"x","outputs":[
          {"output_type":"display_data","output_type":"stream","name":"stdout","text":"kept"}]}]}"#,
    )
    .fine();
    let page = site.content("a.html");
    assert_eq!(page.matches("id=\"cell-id=same\"").count(), 1, "{page}");
    assert!(page.contains("kept"), "{page}");
    assert!(site.stderr.contains("info[cell-id]"), "{}", site.stderr);
}

#[test]
fn lists_without_line_ends_are_lines() {
    let site = Desk::new()
        .notebook(
            "a.ipynb",
            nb([json!({"cell_type": "code", "metadata": {}, "source": ["a = 1", "b = 2"], "outputs": []})]),
        )
        .build()
        .fine();
    let page = site.content("a.html");
    assert!(page.contains("id=\"b:1.2\""), "{page}");
}

#[test]
fn front_matter_is_read_in_every_place() {
    let raw_head = json!({"cell_type": "raw", "metadata": {}, "source": "---\ntitle: \"A: title\"\ntags: [one, two]\ndescription: What it is\nowner: db-team\n---"});
    let mut by_metadata = nb([md("text")]);
    by_metadata["metadata"]["title"] = json!("From metadata");
    let site = Desk::new()
        .notebook("raw.ipynb", nb([raw_head, md("text")]))
        .notebook("md.ipynb", nb([md("---\ntitle: In Markdown\n---\n\nrest")]))
        .notebook(
            "nbdev.ipynb",
            nb([md("# By nbdev\n> What it does\n\n- order: 3\n- categories: [x]"), md("text")]),
        )
        .notebook("meta.ipynb", by_metadata)
        .build()
        .fine();
    let raw = site.read("raw.html");
    for text in ["<h1>A: title</h1>", "What it is", "db-team", "tags/one.html"] {
        assert!(raw.contains(text), "{text}\n{raw}");
    }
    assert!(!raw.contains("title: "), "it is consumed");
    assert!(
        site.read("md.html").contains("<h1>In Markdown</h1>") && site.content("md.html").contains("rest")
    );
    assert!(site.read("nbdev.html").contains("<h1>By nbdev</h1>") && site.has("tags/x.html"));
    assert!(site.read("meta.html").contains("<h1>From metadata</h1>"));
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let bomb = "---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n---\ntext";
    let site = Desk::new().file("a.md", bomb).build().fine();
    assert!(site.stderr.contains("warning[front-matter]"), "{}", site.stderr);
}

#[test]
fn jupytext_pairs_are_published_once() {
    let site = Desk::new()
        .prose("a.ipynb", "# Notebook")
        .file("a.md", "---\njupyter:\n  jupytext:\n    formats: ipynb,md\n---\n\n# Text form\n")
        .build()
        .fine();
    assert!(site.read("a.html").contains("Notebook</h1>") && !site.has("a.md.html"), "{:?}", site.files());
}

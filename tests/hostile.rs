//! Input that nobody meant well: nothing crashes, nothing runs, nothing escapes.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use bindery::config::OutputOptions;
use bindery::config::{self, Config};
use bindery::diagnostic::Note;
use bindery::notebook::{Around, Format, NoFiles, Notebook, Published};
use bindery::path::SitePath;
use bindery::render;
use common::*;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Reads a file that comes without a repo.
fn read(bytes: &[u8], format: Format) -> (Notebook, Vec<Note>) {
    let config: Config = config::File::default().resolve(config::Surroundings::default()).unwrap();
    let path = SitePath::new("a.ipynb").unwrap();
    Notebook::read(bytes, format, &Around { path: &path, reading: &config.reading, files: &NoFiles })
}

/// What rendering makes of a notebook, slots left empty.
fn rendered(notebook: &Value) -> String {
    let (notebook, _) = read(notebook.to_string().as_bytes(), Format::Ipynb);
    let rendered = render::body(&Published::new(notebook), &OutputOptions::default());
    rendered.body.html().to_owned()
}

/// Elements that rendering may give, and attributes; everything else is a hole.
fn is_clean(html: &str) -> Result<(), String> {
    const ELEMENTS: &[&str] = &[
        "div",
        "span",
        "p",
        "pre",
        "code",
        "a",
        "img",
        "details",
        "summary",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "em",
        "strong",
        "del",
        "b",
        "i",
        "u",
        "s",
        "sub",
        "sup",
        "small",
        "br",
        "hr",
        "blockquote",
        "section",
        "input",
        "audio",
        "video",
        "source",
        "track",
        "picture",
        "figure",
        "figcaption",
        "caption",
        "col",
        "colgroup",
        "center",
        "font",
        "tt",
        "big",
        "kbd",
        "label",
        "nav",
        "aside",
        "samp",
        "var",
        "q",
        "cite",
        "abbr",
        "mark",
        "ins",
        "time",
        "wbr",
        "bdi",
        "bdo",
        "ruby",
        "rt",
        "rp",
        "rtc",
        "article",
        "aside",
        "header",
        "footer",
        "nav",
        "hgroup",
        "map",
        "area",
        "data",
        "strike",
        "acronym",
        "main",
        "address",
        "label",
        "output",
        "meter",
        "progress",
        "dfn",
        "search",
        "math",
        "mi",
        "mo",
        "mn",
        "ms",
        "mtext",
        "mrow",
        "mfrac",
        "msqrt",
        "mroot",
        "msup",
        "msub",
        "msubsup",
        "mover",
        "munder",
        "munderover",
        "mtable",
        "mtr",
        "mtd",
        "mspace",
        "mpadded",
        "mphantom",
        "menclose",
        "mstyle",
        "mmultiscripts",
        "mprescripts",
        "merror",
        "semantics",
        "annotation",
    ];
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').ok_or("an open tag")?;
        let tag = &rest[..end];
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        if !ELEMENTS.contains(&name.as_str()) {
            return Err(format!("<{tag}>"));
        }
        let lower = tag.to_ascii_lowercase();
        let outside_quotes: String = lower.split('"').step_by(2).collect();
        if outside_quotes.split_whitespace().any(|word| word.starts_with("on") && word.contains('=')) {
            return Err(format!("<{tag}>"));
        }
        rest = &rest[end + 1..];
    }
    Ok(())
}

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<a href=\"java&#9;script:alert(1)\">x</a>",
    "<iframe srcdoc=\"<script>alert(1)</script>\" src=\"javascript:alert(1)\"></iframe>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a><animate onbegin=alert(1)></svg>",
    "<style>@import 'x';</style><link rel=stylesheet href=//x>",
    "<img src=\"data:text/html,<script>alert(1)</script>\">",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<textarea><script>alert(1)</script></textarea>",
    "$\\href{javascript:alert(1)}{x}$ $\\text{<img src=x onerror=alert(1)>}$",
    "[x](javascript:alert(1)) ![x](\"onerror=alert(1))",
    "{{ page.title }} {% include 'x' %}",
    "\u{e000}0\u{e001}\u{0}\u{202e}\u{feff}",
    "<!--><img src=x onerror=alert(1)>-->",
    "<base href=//x><meta http-equiv=refresh content=0;url=//x>",
];

#[test]
fn payloads_in_every_field_run_nowhere() {
    let mut desk = Desk::new();
    for (n, payload) in PAYLOADS.iter().enumerate() {
        let cell = json!({"cell_type": "code", "id": payload, "execution_count": 1, "source": payload,
            "metadata": {"tags": [payload], "name": payload, "title": payload, "caption": payload, "alt": payload, "vscode": {"languageId": payload}},
            "outputs": [
                {"output_type": "stream", "name": payload, "text": payload},
                {"output_type": "display_data", "metadata": {"image/png": {"width": payload, "alt": payload, "needs_background": payload}}, "data": {"image/png": PIXEL}},
                {"output_type": "display_data", "metadata": {}, "data": {"text/html": payload}},
                {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": payload}},
                {"output_type": "display_data", "metadata": {}, "data": {"text/latex": payload}},
                {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": payload}},
                {"output_type": "display_data", "metadata": {}, "data": {"application/json": {payload.to_string(): payload}}},
                {"output_type": "display_data", "metadata": {}, "data": {payload.to_string(): payload}},
                {"output_type": "display_data", "metadata": {}, "data": {"application/vdom.v1+json": {"tagName": "a", "attributes": {"href": payload, payload.to_string(): "x"}, "children": [payload]}}},
                {"output_type": "error", "ename": payload, "evalue": payload, "traceback": [payload]}]});
        let mut notebook = nb([
            json!({"cell_type": "raw", "metadata": {}, "source": format!("---\ntitle: {}\ntags: [{}]\nauthor: {}\nowner: {}\nlang: {}\naliases: [{}]\n---", json!(payload), json!(payload), json!(payload), json!(payload), json!(payload), json!(payload))}),
            json!({"cell_type": "markdown", "metadata": {}, "source": format!("# {payload}\n\n{payload}\n\n```{payload}\nx\n```\n\n<div>{payload}</div>\n"), "attachments": {payload.to_string(): {"image/png": payload}}}),
            raw("text/html", payload),
            cell,
        ]);
        notebook["metadata"]["kernelspec"]["display_name"] = json!(payload);
        notebook["metadata"]["language_info"]["name"] = json!(payload);
        assert_eq!(is_clean(&rendered(&notebook)), Ok(()), "{payload}");
        desk = desk.notebook(&format!("n{n}.ipynb"), notebook);
    }
    let site = desk.build();
    assert!(site.code < 2, "{}", site.stderr);
    for file in site.files().into_iter().filter(|file| file.ends_with(".html") && file != "404.html") {
        // The icons of the frame and its dialog are ours.
        let page = site
            .read(&file)
            .replace("<svg aria-hidden=\"true\" viewBox=\"0 0 24 24\">", "")
            .replace("<form method=\"dialog\">", "");
        assert_eq!(page.matches("<script").count(), page.matches("<script src=\"").count(), "{file}");
        // What stands between `<` and `>` is markup: text has its `<` escaped.
        let tags: String = page
            .split('<')
            .skip(1)
            .filter_map(|rest| rest.split('>').next())
            .map(|tag| format!("<{tag}>"))
            .collect();
        for bad in ["<svg", "<iframe", "<base", "<form", "href=\"javascript:", "src=\"data:text"] {
            assert!(!tags.to_lowercase().contains(bad), "{bad} in {file}");
        }
    }
}

#[test]
fn floods_and_depths_are_survived() {
    let many = |text: &str, n: usize| text.repeat(n);
    let sources = [
        many("> ", 2000) + "x",
        many("*", 20_000),
        many("[", 20_000),
        many("- ", 1000) + "x",
        many("`", 20_001),
        many("$", 9999),
        many("$x", 5000),
        many("<div>", 5000),
        many("<b>", 3000) + "x",
        many("<!--", 5000),
        many("\\begin{a}", 3000),
        format!("${}$", many("{", 4000)),
        format!("${}x$", many("\\sqrt", 1500)),
        format!("${}$", many("\\left(", 1500)),
        format!("${}x$", many("^", 3000)),
        format!("${}x$", many("\\frac", 1500)),
        "$\\newcommand{\\a}{\\a\\a}$ $\\a$".to_owned(),
        format!("|{}\n|{}\n", many("a|", 3000), many("-|", 3000)),
        many("[a]: x\n", 5000),
        many("[^a]: x\n", 2000),
        many("![", 5000),
        many("## a\n\n", 20_000),
        "http://aaaaaaaaa".to_owned() + &many(")", 100_000),
        many("\\\\( a ", 50_000),
        many("<div>", 50_000),
        many("<h2>t<div>", 5000),
    ];
    let cells: Vec<Value> = sources.iter().map(|source| md(source)).collect();
    let mut desk = Desk::new();
    for (n, cell) in cells.into_iter().enumerate() {
        desk = desk.notebook(&format!("n{n}.ipynb"), nb([md("# T"), cell]));
    }
    let html = json!([
        data(json!({"text/html": many("<table><tr><td>", 500)})),
        data(json!({"text/html": many("<span>", 5000)}))
    ]);
    let deep =
        format!("{{\"nbformat\":4,\"metadata\":{},\"cells\":[]}}", many("[", 10_000) + &many("]", 10_000));
    let site = desk.notebook("html.ipynb", nb([ran("x", html)])).file("deep.ipynb", deep).build();
    assert_eq!(site.code, 1, "{}", site.stderr);
    assert!(site.stderr.contains("nested more than 128 deep"), "{}", site.stderr);
    assert_eq!(site.stderr.matches("error[").count(), 1, "{}", site.stderr);
}

#[test]
fn what_is_no_file_is_no_page() {
    let desk = Desk::new().file("a.md", "# A");
    std::fs::create_dir(desk.root().join("folder.ipynb")).unwrap();
    let fifo = std::process::Command::new("mkfifo").arg(desk.root().join("pipe.ipynb")).status().unwrap();
    assert!(fifo.success());
    let site = desk.build();
    assert_eq!(site.code, 1);
    assert!(
        site.stderr.contains("pipe.ipynb") && site.stderr.contains("it is no regular file"),
        "{}",
        site.stderr
    );
    assert!(site.has("a.html"));
}

#[test]
fn no_download_is_a_page() {
    for extension in [".html", "svg", ".xhtml", "HTML", ".js", "xml"] {
        let mut notebook = nb([code("<script>alert(1)</script>")]);
        notebook["metadata"] = json!({"language_info": {"name": "html", "file_extension": extension}, "kernelspec": {"language": "python"}});
        let mut python = notebook.clone();
        python["metadata"]["language_info"]["name"] = json!("python");
        let site = Desk::new().notebook("a.ipynb", notebook).notebook("b.ipynb", python).build();
        for file in site.files().iter().filter(|file| file.starts_with("_bindery/scripts/")) {
            assert!(file.ends_with(".txt") || file.ends_with(".py"), "{extension}: {file}");
        }
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        proptest::sample::select(PAYLOADS).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((key(), inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    proptest::sample::select(
        &[
            "cells",
            "cell_type",
            "source",
            "outputs",
            "metadata",
            "output_type",
            "data",
            "text",
            "name",
            "text/html",
            "text/plain",
            "image/png",
            "image/svg+xml",
            "text/markdown",
            "tags",
            "id",
            "attachments",
            "ename",
            "evalue",
            "traceback",
            "worksheets",
            "nbformat",
            "kernelspec",
            "language_info",
            "execution_count",
            "jupyter",
            "slideshow",
            "application/json",
            "text/latex",
        ][..],
    )
    .prop_map(str::to_owned)
}

/// Text of Markdown's, HTML's and TeX's own characters.
fn markup() -> impl Strategy<Value = String> {
    let parts = proptest::sample::select(
        &[
            "a",
            " ",
            "\n",
            "\n\n",
            "*",
            "_",
            "`",
            "```",
            "$",
            "$$",
            "\\",
            "\\\\(",
            "\\\\)",
            "\\begin{align}",
            "\\end{align}",
            "[",
            "]",
            "(",
            ")",
            "!",
            "<",
            ">",
            "<b>",
            "</b>",
            "<div>",
            "</div>",
            "<p",
            "<a href=\"",
            "\"",
            "'",
            "<table>",
            "<td>",
            "<pre>",
            "<!--",
            "-->",
            "<svg>",
            "</svg>",
            "&lt;",
            "&",
            "#",
            "# ",
            "- ",
            "1. ",
            "| ",
            "|-|",
            "> ",
            "[^1]",
            "[^1]: ",
            "é",
            "\u{e000}",
            "{",
            "}",
            "^",
            "_",
            "\\frac",
            "http://x.y",
            "<script>",
            "</script>",
            "<style>",
            "</style>",
            "<iframe src=",
            "=",
            "\t",
            "\u{0}",
            ":::",
            ":::{note}\n",
            ":::note[",
            "\n:::\n",
            "::::{tab-set}\n",
            ":::{tab-item} ",
            "::: {.callout-tip title=\"",
            "::: {.panel-tabset}\n",
            "::: {#fig-a layout-ncol=2}\n",
            "```{figure} x.png\n:name: ",
            "```{list-table}\n* - ",
            "```{csv-table}\n",
            "```{glossary}\n",
            "```{math}\n:label: ",
            "```{embed} #",
            "```{raw} html\n",
            "```{toctree}\n",
            "```{prf:theorem} ",
            "```{code-block} py\n:linenos:\n",
            "{ref}`",
            "{abbr}`a (",
            "{raw:html}`",
            "{cite}`a`",
            "`",
            "{{< meta ",
            "{{< video ",
            "{{< kbd ",
            " >}}",
            "(a)=\n",
            "\n: x {#tbl-a}\n",
            "{#fig-a width=1px}",
            "{.mark}",
            "@fig-a",
            "[@a; -@b]",
            "$$x$$ {#eq-a}",
            "> **Note** ",
            "!!! tip \"",
            "\n    ",
            "=== \"a\"\n    ",
            "+++\n",
            "\u{e002}",
            "\u{e002}:\u{e002}",
        ][..],
    );
    proptest::collection::vec(parts, 0..60).prop_map(|parts| parts.concat())
}

/// Builds a page of some Markdown, which must end well whatever it holds.
fn ends_well(desk: Desk, source: &str) -> Built {
    desk.file("a.md", source).build().fine()
}

#[test]
fn floods_of_openings_end() {
    for (name, text) in [
        ("a.qmd", "::: {.hidden}\n".repeat(40_000)),
        ("a.qmd", "```{note}\n```\n".repeat(40_000)),
        ("a.qmd", "::: {.callout-note}\nx\n:::\n\n".repeat(20_000)),
        ("a.qmd", "```{foo}\n".repeat(40_000)),
        ("a.md", format!("```{{code-cell}}\nx\n```\n{}", "::: note\n".repeat(40_000))),
        (
            "a.py",
            format!(
                "# ---\n# jupyter:\n#   jupytext:\n#     text_representation: {{format_name: light}}\n# ---\n\nx=1\n{}  x=1\n",
                "\n".repeat(160_000)
            ),
        ),
    ] {
        let site = Desk::new().file(name, text).file("b.md", "# B\n").build();
        assert!(site.has("b.html"), "{name}");
    }
    // Each of these took minutes, or all the memory, by the square of its length.
    for opening in [
        "]{",
        "[x]{a=\"b",
        "{{< a ",
        "y@",
        "[@a ",
        ":::{note}\n",
        "{ref}`x",
        "\u{e002}",
        "$$x$$ {#",
        "![x](y){",
    ] {
        let site = ends_well(Desk::new(), &format!("# T\n\nx[ {}", opening.repeat(20_000)));
        assert!(site.has("a.html"), "{opening}");
    }
}

#[test]
fn what_is_taken_in_again_and_again_has_an_end() {
    let words = "word ".repeat(20_000);
    let include = ends_well(
        Desk::new().file("part.txt", &words),
        &format!("# T\n\n{}", "```{include} part.txt\n```\n\n".repeat(300)),
    );
    assert!(include.read("a.html").len() < 12_000_000);
    assert!(include.stderr.contains("takes in more than 8 MB"), "{}", include.stderr);
    let embed = ends_well(
        Desk::new().file("b.md", format!("# B\n\n(x)=\n{words}\n")),
        &format!("# T\n\n{}", "![](#x)\n\n".repeat(300)),
    );
    assert!(embed.read("a.html").len() < 12_000_000);
    let fan: String = "```{include} part.md\n```\n\n".repeat(20);
    ends_well(Desk::new().file("part.md", &fan), &fan);
}

#[test]
fn works_that_go_round_in_circles_end() {
    for bib in [
        "@string{a = b}\n@string{b = a}\n@book{x, author = {A}, title = a, year = 2000}\n".to_owned(),
        "@book{x, crossref = {y}, title = {T}}\n@book{y, crossref = {x}, title = {T}}\n".to_owned(),
        "@xdata{x, xdata = {x}, title = {T}}\n".to_owned(),
        format!(
            "@string{{a0 = \"xxxxxxxxxx\"}}\n{}@book{{x, title = a60}}\n",
            (1..=60).map(|n| format!("@string{{a{n} = a{} # a{}}}\n", n - 1, n - 1)).collect::<String>()
        ),
        format!("@book{{x, title = {}T{}}}\n", "{".repeat(5000), "}".repeat(5000)),
        // A fan: each entry of a level takes from all of the next.
        (0..4)
            .flat_map(|level| (0..12).map(move |one| (level, one)))
            .map(|(level, one)| {
                let below: Vec<String> = (0..12).map(|one| format!("k{}x{one}", level + 1)).collect();
                format!("@xdata{{k{level}x{one}, xdata = {{{}}}, note = {{n}}}}\n", below.join(","))
            })
            .chain((0..12).map(|one| format!("@xdata{{k4x{one}, title = {{{}}}}}\n", "t".repeat(500))))
            .chain(["@book{x, xdata = {k0x0}, title = {T}}\n".to_owned()])
            .collect(),
    ] {
        let site = ends_well(
            Desk::new().file("refs.bib", &bib),
            "---\ntitle: T\nbibliography: refs.bib\n---\n\n[@x] and @x\n",
        );
        assert!(site.has("a.html"), "{bib}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_read(cells in proptest::collection::vec(json_value(), 0..4), metadata in json_value()) {
        let html = rendered(&json!({"nbformat": 4, "metadata": metadata, "cells": cells}));
        prop_assert_eq!(is_clean(&html), Ok(()));
    }

    #[test]
    fn any_markup_is_clean(source in markup()) {
        let html = rendered(&nb([md(&source), ran(&source, json!([data(json!({"text/html": source})), data(json!({"text/markdown": source}))]))]));
        prop_assert_eq!(is_clean(&html), Ok(()));
    }

    #[test]
    fn any_options_are_clean(lines in proptest::collection::vec((option_key(), markup()), 0..6)) {
        let head: String = lines.iter().map(|(key, value)| format!("#| {key}: {}\n", value.replace('\n', " "))).collect();
        let outputs = json!([data(json!({"image/png": PIXEL})), stream("stdout", "printed"), data(json!({"text/html": "<table><tr><td>1"}))]);
        let html = rendered(&nb([md("# T"), ran(&format!("{head}x = 1"), outputs)]));
        prop_assert_eq!(is_clean(&html), Ok(()));
        prop_assert_eq!(ids_are_unlike(&html), Ok(()));
    }

    #[test]
    fn any_text_is_read_as_any_format(source in markup(), head in proptest::sample::select(&["", "# %% [markdown]\n# ", "---\njupyter: python3\n---\n", "```{code-cell}\n", "#!markdown\n", "```{r a, echo=", "# Databricks notebook source\n# MAGIC %md "][..])) {
        let text = format!("{head}{source}");
        for format in [Format::Markdown, Format::Quarto, Format::Script, Format::Dib] {
            let (page, _) = read(text.as_bytes(), format);
            let html = render::body(&Published::new(page), &OutputOptions::default()).body.html().to_owned();
            prop_assert_eq!(is_clean(&html), Ok(()));
            prop_assert_eq!(ids_are_unlike(&html), Ok(()));
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for format in [Format::Ipynb, Format::Markdown, Format::Quarto, Format::Script, Format::Dib] {
            let (page, _) = read(&bytes, format);
            let _ = render::body(&Published::new(page), &OutputOptions::default());
        }
    }
}

/// A name of an option.
fn option_key() -> impl Strategy<Value = &'static str> {
    let keys: Vec<&'static str> = bindery::notebook::marks::all()
        .filter(|mark| mark.place == bindery::notebook::marks::Place::Option)
        .map(|mark| mark.spelling)
        .collect();
    proptest::sample::select(keys)
}

/// No id stands twice on a page.
fn ids_are_unlike(html: &str) -> Result<(), String> {
    let mut seen = std::collections::HashSet::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let Some(id) = tag.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next()) else { continue };
        if !seen.insert(id) {
            return Err(format!("the id {id} stands twice"));
        }
    }
    Ok(())
}

//! Every row of the table of foreign spellings, with its example and its counter-example.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use bindery::notebook::marks::{self, Mark, Place, Sign};
use common::*;
use serde_json::{Value, json};

/// Text of many lines, so that folding and scrolling can be seen.
fn long_text() -> String {
    (0..60).map(|line| format!("printed {line}\n")).collect()
}

fn probe(source: &str, metadata: Value) -> Value {
    let outputs = json!([
        stream("stdout", &long_text()),
        stream("stderr", "warned\n"),
        data(json!({"image/png": PIXEL, "text/plain": "a picture"})),
    ]);
    with(ran(source, outputs), metadata)
}

/// The notebook in which an example or a counter-example of a row stands; `None` shows it without.
fn notebook_of(mark: &Mark, text: Option<&str>) -> Value {
    let object = || text.map_or(json!({}), |text| serde_json::from_str(text).unwrap());
    let option = |text: Option<&str>| {
        let mut cell =
            probe(&text.map_or("probe = 1".to_owned(), |text| format!("{text}\nprobe = 1")), json!({}));
        if mark.spelling == "renderings" {
            cell["outputs"].as_array_mut().unwrap().remove(0);
        }
        cell
    };
    let mut notebook = match mark.place {
        Place::Tag => {
            let tags: Vec<&str> = text.into_iter().collect();
            // What overrides the page's default needs a page with one.
            let needs = [("show-code", "hide_input"), ("show-output", "collapsed")];
            let mut metadata = json!({"tags": tags});
            if let Some((_, key)) = needs.iter().find(|(tag, _)| *tag == mark.spelling) {
                metadata[*key] = json!(true);
            }
            let cell = if mark.spelling.starts_with("nbsphinx-") && !mark.spelling.ends_with("thumbnail") {
                with(md("## Links\n\n[x](other.md)"), metadata)
            } else {
                probe("probe = 1", metadata)
            };
            if mark.spelling == "show-warnings" {
                let head = "---\ntitle: T\nexecute: {warning: false}\n---";
                nb([json!({"cell_type": "raw", "metadata": {}, "source": head}), cell])
            } else {
                nb([md("# T"), cell])
            }
        }
        Place::Cell => {
            let first = match mark.spelling {
                "jp-MarkdownHeadingCollapsed" | "heading_collapsed" => with(md("## Folded"), object()),
                spelling if spelling.starts_with("nbsphinx-") && spelling != "nbsphinx-thumbnail" => {
                    with(md("## Links\n\n[x](other.md)"), object())
                }
                "raw_mimetype" | "format" => {
                    with(json!({"cell_type": "raw", "source": "", "metadata": {}}), object())
                }
                _ => probe("probe = 1", object()),
            };
            nb([md("# T"), first, md("behind")])
        }
        Place::Option => nb([md("# T"), option(text)]),
        Place::Word if mark.spelling == "hide_line" => nb([md("# T"), probe(text.unwrap_or("x"), json!({}))]),
        Place::Word => nb([md("# T"), option(text)]),
        Place::Source => nb([md("# T"), code(text.unwrap_or("x"))]),
        Place::Notebook => {
            let mut heading = md("## Section");
            heading["metadata"]["id"] = json!("h1");
            let mut notebook = nb([
                md(if mark.spelling == "title" { "words" } else { "# T" }),
                heading,
                probe("probe = 1", json!({})),
            ]);
            notebook["metadata"] = object();
            notebook
        }
        Place::Front => {
            let title = if mark.spelling == "title" { "" } else { "title: T\n" };
            let head = json!({"cell_type": "raw", "metadata": {}, "source": format!("---\n{title}{}\n---", text.unwrap_or("x: 1"))});
            let mut loud = probe("probe = 1", json!({}));
            loud["outputs"][0]["text"] = json!("printed\n");
            nb([head, md("## Section\n\nwords"), loud])
        }
        Place::Output => {
            let mut output = data(if mark.spelling.contains("databricks") {
                json!({"text/plain": ""})
            } else {
                json!({"image/png": PIXEL})
            });
            output["metadata"] = object();
            nb([md("# T"), ran("probe = 1", json!([output]))])
        }
        Place::Directive | Place::Role | Place::Shortcode | Place::Prose => {
            let mut kept = data(json!({"text/plain": "'kept value'"}));
            kept["metadata"] = json!({"scrapbook": {"name": "kept", "mime_prefix": ""}});
            let head = json!({"cell_type": "raw", "metadata": {}, "source": "---\ntitle: T\nbibliography: refs.bib\n---"});
            nb([head, md(text.unwrap_or("")), ran("glue()", json!([kept]))])
        }
    };
    if mark.place != Place::Notebook {
        let name = if mark.spelling == "!" { "python" } else { "" };
        notebook["metadata"] = json!({"language_info": {"name": name}});
    }
    notebook
}

fn desk() -> Desk {
    let mut embedded = ran("embedded = 1", json!([stream("stdout", "embedded output\n")]));
    embedded["source"] = json!("#| label: other-cell\nembedded = 1");
    Desk::new()
        .file("bindery.toml", "[markdown]\ndialects = [\"material\"]\n")
        .file("other.md", "# Other page\n\nwords\n")
        .file("part.txt", "included words\n")
        .file("_variables.yml", "spot: 'on'\n")
        .file("spot.png", base64(PIXEL))
        .file(
            "refs.bib",
            "@book{ada1843,\n  author = {Lovelace, Ada},\n  title = {Notes},\n  year = {1843}\n}\n",
        )
        .notebook("source.ipynb", nb([md("# Source"), embedded]))
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        bits = bits << 6 | u32::try_from(DIGITS.iter().position(|digit| *digit == byte).unwrap()).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    out
}

#[test]
fn every_row_does_what_its_example_says_and_its_counter_example_does_not() {
    let mut desk = desk();
    for (number, mark) in marks::all().enumerate() {
        desk = desk
            .notebook(&format!("e{number}.ipynb"), notebook_of(mark, Some(mark.example)))
            .notebook(&format!("c{number}.ipynb"), notebook_of(mark, Some(mark.counter)));
        if mark.sign == Sign::Quiet {
            desk = desk.notebook(&format!("p{number}.ipynb"), notebook_of(mark, None));
        }
    }
    let site = desk.build().fine();
    let mut wrong = Vec::new();
    for (number, mark) in marks::all().enumerate() {
        let page = |kind: char| {
            let whole = site.read(&format!("{kind}{number}.html"));
            match mark.place {
                Place::Front | Place::Notebook => whole,
                _ if whole.contains("kind-talk") => whole,
                _ => site.content(&format!("{kind}{number}.html")),
            }
        };
        let (example, counter) = (page('e'), page('c'));
        let mut complain = |what: &str, page: &str| {
            wrong.push(format!("{:?} {}: {what}\n{}", mark.place, mark.spelling, shorten(page)));
        };
        match mark.sign {
            Sign::Has(text) => {
                if !example.contains(text) {
                    complain(&format!("the example lacks {text}"), &example);
                }
                if counter.contains(text) {
                    complain(&format!("the counter-example has {text}"), &counter);
                }
            }
            Sign::Lacks(text) => {
                if example.contains(text) {
                    complain(&format!("the example has {text}"), &example);
                }
                if !counter.contains(text) {
                    complain(&format!("the counter-example lacks {text}"), &counter);
                }
            }
            Sign::Quiet => {
                // Tags are classes as well, for the site's own style.
                let without_tags = |kind: char| {
                    let page = site.content(&format!("{kind}{number}.html"));
                    let mut parts = page.split(" celltag_");
                    let first = parts.next().unwrap_or_default().to_owned();
                    parts.fold(first, |page, part| page + &part[part.find(['"', ' ']).unwrap_or(0)..])
                };
                let (plain, example) = (without_tags('p'), without_tags('e'));
                if example != plain {
                    complain("the mark changes the page", &example);
                }
                let said = site
                    .stderr
                    .split("\n\n")
                    .find(|said| said.contains(&format!("e{number}.ipynb")) && said.contains("[mark]"));
                if let Some(said) = said {
                    complain("something is said of it", said);
                }
                // What is no mark is said to be none: else the row could be left out. Tags, front
                // matter and outputs may hold what their authors like.
                let is_free = matches!(mark.place, Place::Tag | Place::Front | Place::Output);
                let counter_is_said =
                    site.stderr.split("\n\n").any(|said| said.contains(&format!("c{number}.ipynb")));
                if !counter_is_said && !is_free {
                    complain("nothing is said of the counter-example", "");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n\n"));
}

fn shorten(page: &str) -> String {
    let body: String =
        page.split_once("<article").map_or(page, |(_, body)| body).chars().take(1800).collect();
    body.lines().filter(|line| !line.contains("printed")).collect::<Vec<_>>().join("\n")
}

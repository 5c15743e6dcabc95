//! Search: what is in the index, and what never is. How it answers is tested in a browser.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use bindery::search::token::{self, Whole};
use common::*;
use serde_json::{Value, json};

/// The text of all files of the index.
fn index(site: &Built) -> String {
    site.files()
        .iter()
        .filter(|file| file.starts_with("_bindery/search/"))
        .map(|file| site.read(file))
        .collect()
}

#[test]
fn all_that_a_page_says_is_in_the_index_and_nothing_that_nobody_reads() {
    let data = "QUJD".repeat(200);
    let site = Desk::new()
        .notebook(
            "runbooks/a.ipynb",
            nb([
                md("---\ntitle: Disk alarm\ntags: [sev3]\nowner: Platform Team\n---"),
                md(&format!("## First steps\n\nSome *prosaic* words and `inline_code`.\n\n![a drawing of it](data:image/png;base64,{data})\n\n```bash\nfenced_command --now\n```\n")),
                ran(
                    "probe_everything()",
                    json!([
                        stream("stdout", &format!("{}ORA-01555: snapshot too old\n{data}\n", "tick 17 of 99\n".repeat(500))),
                        json!({"output_type": "error", "ename": "PumpError", "evalue": "valve stuck", "traceback": []}),
                    ]),
                ),
                tagged(code("removed_secret = 1"), &["remove-cell"]),
            ]),
        )
        .file("hidden.md", "---\nunlisted: true\n---\n\n# unlistedword\n")
        .file("kept.md", "---\nsearch: false\n---\n\n# unsearchedword\n")
        .build()
        .fine();
    let index = index(&site);
    for word in [
        "prosaic",
        "inline_code",
        "fenced_command",
        "probe_everything",
        "ORA-01555",
        "PumpError",
        "a drawing of it",
        "--now",
        "!tag:sev3",
        "!in:runbooks",
        "!owner:platform-team",
        "!lang:python",
        "Disk alarm",
        "First steps",
    ] {
        assert!(index.contains(word) || index.contains(&word[1..]), "{word}\n{index}");
    }
    for word in ["removed_secret", "unlistedword", "unsearchedword", &data[..300]] {
        assert!(!index.contains(word), "{word}");
    }
    assert_eq!(index.matches("tick 17").count(), 1, "each kind of line is kept once");
}

#[test]
fn the_tokens_are_those_of_the_script() {
    let texts: Vec<String> = serde_json::from_str(include_str!("tokens.json")).unwrap();
    let all: Vec<Value> = texts
        .iter()
        .map(|text| {
            let mut found = Vec::new();
            token::terms(text, &mut |term, whole| {
                found.push(json!([term, whole == Whole::Yes, token::is_volatile(term)]));
                true
            });
            json!([text, found])
        })
        .collect();
    let said: String = all.iter().map(|line| format!("{line}\n")).collect();
    snapbox::assert_data_eq!(said, snapbox::file!["tokens.snapshot"].raw());
}

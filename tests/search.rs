//! Search: what is in the index, and what never is; that both tokenizers are one; the terminal.
//! How pages answer is tested in a browser.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use bindery::search::engine;
use bindery::search::token::{self, Whole};
use bindery::theme::SEARCH_JS;
use common::*;
use proptest::prelude::*;
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
                code(&format!("KEY = \"\"\"\n{}\n\"\"\"\nICON = 'data:image/gif;base64,R0lGODlhAQABAIAAAP'", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKjMzEfYyji\n".repeat(3))),
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
    for word in ["removed_secret", "unlistedword", "unsearchedword", &data[..300], "MIIEvQ", "R0lGOD"] {
        assert!(!index.contains(word), "{word}");
    }
    assert_eq!(index.matches("tick 17").count(), 1, "each kind of line is kept once");
}

#[test]
fn the_tokens_are_those_of_the_script() {
    let texts: Vec<String> = serde_json::from_str(include_str!("tokens.json")).unwrap();
    let said: String = texts.iter().map(|text| format!("{}\n", json!([text, terms(text)]))).collect();
    snapbox::assert_data_eq!(said, snapbox::file!["tokens.snapshot"].raw());
}

fn terms(text: &str) -> Vec<engine::Term> {
    let mut found = Vec::new();
    token::terms(text, &mut |term, whole| {
        found.push((term.to_owned(), whole == Whole::Yes, token::is_volatile(term.as_bytes())));
        true
    });
    found
}

/// Text as programs and people write it, and characters from all of Unicode 15 that libraries of
/// different years agree on.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9_]{1,8}",
        3 => "[-./:@+\\\\ =,\"'()\\[\\]]{1,3}",
        2 => "--?[a-z]{1,6}",
        1 => "[0-9]{1,4}[-:.][0-9]{1,3}(ms|s|kb|Z)?",
        1 => "[0-9a-f]{6,10}",
        1 => "[àéîõüßÅĐŁœΣςσЖй\u{300}\u{301}İıǅﬁ]{1,4}",
        1 => "[日本語テストไทย한국어々ー]{1,4}",
        1 => "[\u{1F600}-\u{1F640}\u{1D400}-\u{1D420}]{1,2}",
        1 => "[\u{80}-\u{52f}\u{5d0}-\u{6ff}\u{900}-\u{97f}\u{e00}-\u{e7f}\u{1e00}-\u{1eff}\u{2000}-\u{218b}]{1,3}",
        1 => " ",
    ];
    proptest::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn both_tokenizers_read_any_text_alike(texts in proptest::collection::vec(any_text(), 20)) {
        let theirs = engine::terms(SEARCH_JS, &texts).unwrap();
        for (text, theirs) in texts.iter().zip(theirs) {
            prop_assert_eq!(terms(text), theirs, "{:?}", text);
        }
    }
}

fn shelf() -> Desk {
    Desk::new()
        .notebook(
            "db/failover.ipynb",
            nb([
                md("# Failover of the ledger\n\n## Promote the standby\n\nThe replication catches up."),
                ran(
                    "check()",
                    json!([stream(
                        "stdout",
                        "2026-01-02T03:04:06Z FATAL could not connect to 10.0.0.7:5432: ECONNREFUSED\n"
                    )]),
                ),
            ]),
        )
        .file("other.md", "# Other things\n\nNothing of interest.\n")
}

#[test]
fn the_terminal_answers_what_the_page_would_and_writes_nothing() {
    let desk = shelf();
    let said = desk.run(&[
        "search",
        "2027-05-05T05:05:05Z FATAL could not connect to 10.9.9.9:1: ECONNREFUSED",
        ".",
        "--format",
        "json",
    ]);
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    let found: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(found[0]["source"], "db/failover.ipynb");
    assert_eq!(found[0]["kind"], "output");
    assert_eq!(found[0]["heading"], "Promote the standby");
    assert!(found[0]["url"].as_str().unwrap().starts_with("db/failover.html#"), "{found}");
    assert!(found[0]["excerpt"].as_str().unwrap().contains("ECONNREFUSED"), "{found}");
    let said = desk.run(&["search", "promoting"]);
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(text.starts_with("db/failover.ipynb: Failover of the ledger › Promote the standby\n"), "{text}");
    assert!(!desk.root().join("public").exists());
}

#[test]
fn the_terminal_says_where_nothing_is_found() {
    let said = shelf().run(&["search", "zanzibar"]);
    assert_eq!(said.status.code(), Some(1));
    assert!(said.stdout.is_empty());
    assert!(String::from_utf8_lossy(&said.stderr).contains("nothing says `zanzibar`"));
    let said = shelf().run(&["search", "ledger", "nowhere"]);
    assert_eq!(said.status.code(), Some(2));
}

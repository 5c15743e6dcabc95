//! Sources that are changed: `bindery check --fix` and `bindery strip`. What is not meant stays,
//! byte by byte.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use bindery::mend::{Strip, Stripped, notebook, strip};
use common::Desk;
use proptest::prelude::*;
use serde_json::{Value, json};

const BEFORE: &str = r##"{
	"cells": [
		{
			"cell_type": "markdown",
			"metadata": { "tags": [] },
			"source": ["# Ünï\u0063ode \/ kept\n", "see [home](Home.md#Top)"]
		},
		{
			"cell_type": "code",
			"execution_count": 3,
			"metadata": {
				"execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"},
				"collapsed":   true
			},
			"outputs": [ {"name": "stdout", "output_type": "stream", "text": ["1.0e5\n"]} ],
			"source": "print( 1E5 )"
		},
		{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": []}
	],
	"metadata": {"language_info": {"name": "python", "version": "3.12.1"}, "x": 1.50},
	"nbformat": 4, "nbformat_minor": 5
}"##;

const AFTER: &str = r##"{
	"cells": [
		{
			"cell_type": "markdown",
			"id": "ID0",
			"metadata": {},
			"source": ["# Ünï\u0063ode \/ kept\n", "see [home](home.md#Top)"]
		},
		{
			"cell_type": "code",
			"execution_count": 3,
			"id": "ID1",
			"metadata": {
				"collapsed":   true
			},
			"outputs": [ {"name": "stdout", "output_type": "stream", "text": ["1.0e5\n"]} ],
			"source": "print( 1E5 )"
		}
	],
	"metadata": {"language_info": {"name": "python"}, "x": 1.50},
	"nbformat": 4, "nbformat_minor": 5
}"##;

#[test]
fn fix_mends_what_is_safe_and_keeps_every_other_byte() {
    let desk = Desk::new().file("a.ipynb", BEFORE).file("home.md", "# Home\n\n## Top\n\n[a](A.ipynb)  \r\n");
    let output = desk.run(&["check", "--fix"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("mended: `a.ipynb`: 3 ids, 1 link, 3 volatile keys, 1 empty cell"), "{stderr}");
    let text = fs::read_to_string(desk.root().join("a.ipynb")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let id = |number: usize| value["cells"][number]["id"].as_str().unwrap().to_owned();
    assert_eq!(text, AFTER.replace("ID0", &id(0)).replace("ID1", &id(1)));
    assert_eq!(
        fs::read_to_string(desk.root().join("home.md")).unwrap(),
        "# Home\n\n## Top\n\n[a](a.ipynb)  \r\n"
    );
    let again = desk.run(&["check", "--fix", "--strict"]);
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stdout));
    assert!(!String::from_utf8_lossy(&again.stderr).contains("mended"));
    // The same notebook gets the same ids on every machine.
    let other = Desk::new().file("b.ipynb", BEFORE);
    other.run(&["check", "--fix"]);
    let text = fs::read_to_string(other.root().join("b.ipynb")).unwrap();
    assert!(text.contains(&format!("\"id\": \"{}\"", id(0))));
}

#[test]
fn fix_touches_nothing_that_it_was_not_asked_for() {
    let desk = Desk::new().file("a.ipynb", BEFORE).file("b.ipynb", BEFORE).file("home.md", "# Home");
    desk.run(&["check", "--fix", "b.ipynb"]);
    assert_eq!(fs::read_to_string(desk.root().join("a.ipynb")).unwrap(), BEFORE);
    for broken in ["{\"cells\": [", "", "{\"cells\": [], \"nbformat\": NaN}"] {
        let desk = Desk::new().file("a.ipynb", broken);
        desk.run(&["check", "--fix"]);
        assert_eq!(fs::read_to_string(desk.root().join("a.ipynb")).unwrap(), broken);
    }
}

fn filter(desk: &Desk, input: &[u8], more: &[&str]) -> (Vec<u8>, Option<i32>) {
    let arguments: Vec<&str> = ["strip"].iter().chain(more).copied().collect();
    let mut child = desk.command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    (output.stdout, output.status.code())
}

#[test]
fn strip_is_a_filter_of_git() {
    let desk = Desk::new();
    let (out, code) = filter(&desk, BEFORE.as_bytes(), &[]);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(code, Some(0));
    assert!(
        !text.contains("execute_input")
            && !text.contains("3.12.1")
            && text.contains("\"execution_count\": 3")
    );
    assert!(text.contains("Ünï\\u0063ode \\/ kept") && text.contains("1.0e5"));
    assert_eq!(filter(&desk, text.as_bytes(), &[]).0, text.as_bytes());
    assert_eq!(filter(&desk, BEFORE.as_bytes(), &["--check"]).1, Some(1));
    assert_eq!(filter(&desk, text.as_bytes(), &["--check"]).1, Some(0));
    // Whatever it is, it comes back.
    for input in [&b""[..], b"{", b"\xff\xfe\x00", b"<<<<<<< HEAD\n{}"] {
        assert_eq!(filter(&desk, input, &["--outputs"]), (input.to_vec(), Some(0)));
    }
    let (out, _) = filter(&desk, BEFORE.as_bytes(), &["--outputs"]);
    let value: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(value["cells"][1]["outputs"], json!([]));
    assert_eq!(value["cells"][1]["execution_count"], Value::Null);
    let kept = BEFORE.replace("\"collapsed\":   true", "\"keep_output\": true");
    let value: Value = serde_json::from_slice(&filter(&desk, kept.as_bytes(), &["--outputs"]).0).unwrap();
    assert_eq!(value["cells"][1]["outputs"][0]["name"], "stdout");

    // As git runs it: what is added is stripped, what lies in the folder is not.
    desk.git(&["init", "-q"]);
    desk.git(&["config", "filter.bindery.clean", &format!("'{}' strip", env!("CARGO_BIN_EXE_bindery"))]);
    let desk = desk
        .file(".gitattributes", "*.ipynb filter=bindery\n")
        .file("a.ipynb", BEFORE)
        .file("b.ipynb", "no notebook");
    desk.git(&["add", "-A"]);
    desk.git(&["commit", "-qm", "notebook"]);
    desk.git(&["diff", "--exit-code"]);
    assert_eq!(fs::read_to_string(desk.root().join("a.ipynb")).unwrap(), BEFORE);
    fs::remove_file(desk.root().join("a.ipynb")).unwrap();
    desk.git(&["checkout", "a.ipynb", "b.ipynb"]);
    assert_eq!(fs::read_to_string(desk.root().join("a.ipynb")).unwrap(), text);
    assert_eq!(fs::read_to_string(desk.root().join("b.ipynb")).unwrap(), "no notebook");
}

#[test]
fn strip_changes_files_in_place() {
    let desk = Desk::new().file("a.ipynb", BEFORE).file("b.ipynb", "{}");
    assert_eq!(desk.run(&["strip", "--check", "a.ipynb", "b.ipynb"]).stdout, b"a.ipynb\n");
    assert_eq!(desk.run(&["strip", "a.ipynb", "b.ipynb"]).status.code(), Some(0));
    assert_eq!(desk.run(&["strip", "--check", "a.ipynb", "b.ipynb"]).status.code(), Some(0));
    assert_eq!(desk.run(&["strip", "gone.ipynb"]).status.code(), Some(2));
}

/// A notebook as some tool writes it.
fn written(value: &Value, indent: usize, ends: (bool, bool)) -> String {
    let mut text = match indent {
        0 => value.to_string(),
        width => {
            let spaces = " ".repeat(width);
            let mut out = Vec::new();
            let format = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
            let mut writer = serde_json::Serializer::with_formatter(&mut out, format);
            serde::Serialize::serialize(value, &mut writer).unwrap();
            String::from_utf8(out).unwrap()
        }
    };
    if ends.0 {
        text = text.replace('\n', "\r\n");
    }
    if ends.1 {
        text.push('\n');
    }
    text
}

fn cell() -> impl Strategy<Value = Value> {
    let id = prop_oneof![Just(None), "[a-c]".prop_map(Some), Just(Some("no id!".to_owned()))];
    let metadata = prop_oneof![
        Just(json!({})),
        Just(json!({"execution": {"a": 1}})),
        Just(json!({"a": 1, "papermill": {}, "b": [1, {"c": null}]})),
        Just(json!({"tags": []})),
    ];
    (id, metadata, "[a-z\"\\\\\n é]{0,12}", any::<bool>()).prop_map(|(id, metadata, source, is_code)| {
        let mut cell = json!({"cell_type": if is_code { "code" } else { "markdown" }});
        if let Some(id) = id {
            cell["id"] = json!(id);
        }
        cell["metadata"] = metadata;
        if is_code {
            cell["execution_count"] = Value::Null;
            cell["outputs"] = json!([]);
        }
        cell["source"] = json!(source.split_inclusive('\n').collect::<Vec<_>>());
        cell
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// What is mended needs no mending; ids are sound and each stands once; cells, sources and all
    /// other metadata are as they were; the file is written as it was.
    #[test]
    fn mending_holds(cells in prop::collection::vec(cell(), 0..6), indent in 0_usize..4, ends: (bool, bool)) {
        let before = json!({"cells": cells, "metadata": {"signature": "x", "y": 1}, "nbformat": 4, "nbformat_minor": 5});
        let text = written(&before, indent, ends);
        let after = notebook(&text, &[]).map_or(text.clone(), |mended| mended.text);
        prop_assert!(notebook(&after, &[]).is_none());
        let value: Value = serde_json::from_str(&after).unwrap();
        let new = value["cells"].as_array().unwrap();
        let mut seen = std::collections::HashSet::new();
        for (cell, old) in new.iter().zip(&cells) {
            let id = cell["id"].as_str().unwrap();
            prop_assert!(seen.insert(id.to_owned()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            prop_assert_eq!(&cell["source"], &old["source"]);
            prop_assert_eq!(&cell["cell_type"], &old["cell_type"]);
            prop_assert_eq!(cell["metadata"].get("b"), old["metadata"].get("b"));
            prop_assert!(cell["metadata"].get("execution").is_none());
        }
        for gone in &cells[new.len()..] {
            let source: String = gone["source"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            prop_assert!(source.trim().is_empty());
        }
        prop_assert_eq!(after.ends_with('\n'), text.ends_with('\n'));
        prop_assert_eq!(after.contains("\r\n"), text.contains("\r\n"));
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        if indent > 0 && new.len() == cells.len() {
            // Line by line nothing else is new.
            let old = lines(&text);
            let is_old = |line: &String| old.contains(line) || line.contains("\"id\": ") || old.contains(&format!("{},", line.trim_end_matches(','))) || old.contains(&line.trim_end_matches(',').to_owned()) || line.contains("{}");
            for line in lines(&after) {
                prop_assert!(is_old(&line), "{line:?} in\n{after}\nof\n{text}");
            }
        }
    }

    /// No text makes it panic, and what it gives is JSON.
    #[test]
    fn any_text_is_survived(text in "[\\[\\]{}\",:a-z0-9 \n\\\\]{0,60}") {
        if let Stripped::Changed(stripped) = strip(&text, Strip { outputs: true, counts: true }) {
            prop_assert!(serde_json::from_str::<Value>(&stripped).is_ok());
        }
    }
}

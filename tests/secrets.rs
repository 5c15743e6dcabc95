//! Secrets: planted everywhere, found everywhere, and nowhere in what is published.
//!
//! `secrets.json` holds made-up ones, in pieces, so that no scanner finds them in this repo: for
//! each kind some that are to be found, and some that look like one and are none.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;

use bindery::secret::{Options, Secrets};
use common::{Desk, code, data, md, nb, ran, raw, stream, tree, with};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone, Deserialize)]
struct Sample {
    id: String,
    #[serde(default)]
    not: bool,
    parts: Vec<String>,
    context: String,
}

impl Sample {
    fn text(&self) -> String {
        self.context.replace("{}", &self.parts.concat())
    }
}

fn samples() -> Vec<Sample> {
    serde_json::from_str(include_str!("secrets.json")).unwrap()
}

/// The first sample of each kind that is to be found.
fn one_of_each() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for sample in samples().into_iter().filter(|sample| !sample.not) {
        all.entry(sample.id.clone()).or_insert_with(|| sample.text());
    }
    all
}

fn kinds_of(text: &str) -> Vec<String> {
    Secrets::default().thorough().find(text, "a.ipynb").iter().map(|found| found.kind.id.clone()).collect()
}

#[test]
fn every_kind_is_right_and_has_samples() {
    let secrets = Secrets::default();
    let planted = one_of_each();
    assert!(planted.len() >= 60);
    let mut near: Vec<String> =
        samples().into_iter().filter(|sample| sample.not).map(|sample| sample.id).collect();
    near.sort();
    near.dedup();
    let kinds: Vec<&str> = secrets.kinds().iter().map(|kind| kind.id.as_str()).collect();
    for kind in &kinds {
        assert!(planted.contains_key(*kind), "`{kind}` has no sample");
        assert!(near.iter().any(|id| id == kind), "`{kind}` has no near miss");
    }
    assert_eq!(planted.len(), kinds.len());
}

#[test]
fn what_is_one_is_found_and_what_only_looks_like_one_is_not() {
    let mut wrong = Vec::new();
    for sample in samples() {
        let kinds = kinds_of(&sample.text());
        match sample.not {
            // One text may be known by several kinds, of which the first is said.
            false if kinds.is_empty() => wrong.push(format!("{} is missed: {:?}", sample.id, sample.context)),
            true if kinds.contains(&sample.id) => {
                wrong.push(format!("{} is none: {:?}", sample.id, sample.context))
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (id, text) in one_of_each() {
        let kinds = kinds_of(&text);
        let redacts =
            |id: &String| Secrets::default().kinds().iter().any(|kind| kind.id == *id && kind.redacts);
        assert!(
            kinds.contains(&id) || (redacts(&id) && kinds.iter().any(redacts)),
            "{id} is taken for {kinds:?}"
        );
    }
}

/// A notebook that holds a text wherever one can hide.
fn hideout(text: &str) -> Value {
    let quoted: Vec<Value> = text.split_inclusive('\n').map(|line| json!(line)).collect();
    let mut attached = md("# T\n\n![x](attachment:notes.txt)");
    attached["attachments"] =
        json!({"notes.txt": {"text/plain": base64_simd::STANDARD.encode_to_string(text)}});
    let coloured = format!("\u{1b}[0;31mIOError\u{1b}[0m: \u{1b}[1;32m{text}\u{1b}[0m");
    let error = json!({"output_type": "error", "ename": "IOError", "evalue": text, "traceback": coloured.split('\n').collect::<Vec<_>>()});
    let html =
        format!("<table><tr><td>{}</td></tr></table>", text.replace('&', "&amp;").replace('<', "&lt;"));
    let mut notebook = nb([
        raw("", &format!("---\ntitle: {}\nowner: x\nnote: |\n{}\n---", "Hideout", indented(text))),
        attached,
        md(&format!("Before\n\n{text}\n\nafter")),
        md(&format!("```\n{text}\n```")),
        code(text),
        ran("run()", json!([stream("stdout", text)])),
        json!({"cell_type": "code", "metadata": {}, "execution_count": 2, "source": ["x = 1\n"], "outputs": [
            {"output_type": "stream", "name": "stderr", "text": quoted},
        ]}),
        ran("show()", json!([data(json!({"text/html": html, "text/plain": text}))])),
        ran("data()", json!([data(json!({"application/json": {"a": [text], "b": {"note": text}}}))])),
        ran(
            "chart()",
            json!([data(json!({"application/vnd.vegalite.v5+json": {"title": text}, "text/plain": "x"}))]),
        ),
        ran("fail()", json!([error])),
        with(code("tagged()"), json!({"note": text, "tags": ["a"]})),
    ]);
    notebook["metadata"]["description"] = json!(text);
    notebook["metadata"]["papermill"] =
        json!({"parameters": {"note": text}, "start_time": "2026-01-01T00:00:00"});
    notebook["unknown"] = json!({"deep": [{"er": text}]});
    notebook
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// The longest stretch of each secret that is sure enough to be taken out, in lower case: what is
/// searched for is folded too.
fn cores(text: &str) -> Vec<String> {
    let secrets = Secrets::default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    let found = secrets.find(text, "");
    let longest = found.iter().filter_map(|found| {
        text[found.range.clone()].split(|c| !is_part(c)).max_by_key(|part| part.len()).map(str::to_lowercase)
    });
    longest.filter(|core| core.len() >= 6).collect()
}

#[test]
fn nothing_that_is_published_holds_a_secret() {
    let redacting: BTreeMap<String, String> =
        one_of_each().into_iter().filter(|(_, text)| !cores(text).is_empty()).collect();
    assert!(redacting.len() >= 120, "{}", redacting.len());
    let mut desk = Desk::new();
    let mut linked = String::from("# Files\n\n");
    for (id, text) in &redacting {
        desk = desk.notebook(&format!("nb/{id}.ipynb"), hideout(text)).file(&format!("data/{id}.txt"), text);
        desk = desk
            .file(&format!("md/{id}.md"), format!("# M\n\n{text}\n\n```{{include}} ../data/{id}.txt\n```\n"));
        linked.push_str(&format!("- [x](data/{id}.txt)\n"));
    }
    let desk =
        desk.file("files.md", linked).file("bindery.toml", "[site]\nbase_url = \"https://example.org/\"");
    let site = desk.build();
    assert_eq!(site.code, 0, "{}", site.stderr);
    let files: Vec<(String, Vec<u8>)> =
        tree(&site.path("")).into_iter().map(|(path, bytes)| (path, bytes.to_ascii_lowercase())).collect();
    assert!(files.iter().any(|(path, _)| path == "nb/github-pat.ipynb"));
    let mut leaks = Vec::new();
    for (id, text) in &redacting {
        for core in cores(text) {
            for (path, bytes) in &files {
                if memchr::memmem::find(bytes, core.as_bytes()).is_some() {
                    leaks.push(format!("{id} in {path}"));
                }
            }
            assert!(!site.stderr.to_lowercase().contains(&core), "{id} in the diagnostics");
        }
        assert!(site.stderr.contains(&format!("({id})")), "{id} is not said");
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    let page = site.read("nb/github-pat.html");
    assert!(page.contains("[redacted: github-pat]"));

    // The check finds each of them in each place, and says none.
    let output = desk.run(&["check", "--format", "json"]);
    let report = String::from_utf8(output.stdout).unwrap();
    let text = String::from_utf8(desk.run(&["check", "--verbose"]).stdout).unwrap();
    let said: Value = serde_json::from_str(&report).unwrap();
    for (id, sample) in &redacting {
        for core in cores(sample) {
            assert!(
                !report.to_lowercase().contains(&core) && !text.to_lowercase().contains(&core),
                "{id} is said"
            );
        }
        let file = format!("nb/{id}.ipynb");
        let of_file: Vec<&Value> = said["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["file"] == file.as_str() && finding["rule"] == "secret")
            .collect();
        let says =
            |what: &str| of_file.iter().any(|finding| finding["message"].as_str().unwrap().contains(what));
        for place in ["the source", "output 1", "the attachment", "the cell's `metadata`", "the notebook's"] {
            assert!(says(place), "{id}: {place}: {of_file:#?}");
        }
    }
}

#[test]
fn every_kind_that_only_the_check_knows_is_found_and_left_as_it_is() {
    let mut desk = Desk::new();
    let kinds: Vec<(String, String)> =
        one_of_each().into_iter().filter(|(_, text)| cores(text).is_empty()).collect();
    assert!(kinds.len() > 20);
    for (id, text) in &kinds {
        desk = desk.notebook(&format!("{id}.ipynb"), nb([md("# T"), code(text)]));
    }
    let report: Value = serde_json::from_slice(&desk.run(&["check", "--format", "json"]).stdout).unwrap();
    for (id, _) in &kinds {
        let file = format!("{id}.ipynb");
        let found = report["findings"].as_array().unwrap().iter();
        assert!(found.clone().any(|f| f["file"] == file.as_str() && f["rule"] == "secret"), "{id}");
    }
    assert!(!desk.build().stderr.contains("[secret]"));
}

/// A token of GitHub's form, in two pieces.
fn token() -> String {
    ["gh", "p_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"].concat()
}

fn secrets_of(desk: &Desk) -> usize {
    let report: Value = serde_json::from_slice(&desk.run(&["check", "--format", "json"]).stdout).unwrap();
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "secret").count()
}

#[test]
fn what_is_none_is_allowed_beside_it_or_by_the_repo() {
    let desk = |source: &str| Desk::new().notebook("a.ipynb", nb([md("# A"), code(source)]));
    let token = token();
    assert_eq!(secrets_of(&desk(&token)), 1);
    for source in [
        format!("{token}  # bindery:allow github-pat"),
        format!("{token}  # gitleaks:allow"),
        format!("# bindery:allow secret\n{token}"),
    ] {
        let desk = desk(&source);
        assert_eq!(secrets_of(&desk), 0, "{source}");
        // What is allowed is shown.
        assert!(!desk.build().holding(&token).is_empty());
    }
    assert_eq!(secrets_of(&desk(&format!("{token}  # bindery:allow jwt"))), 1);
    for toml in [
        "[secrets]\nallow = [\"^ghp_wWPw\"]",
        "[secrets]\nstopwords = [\"fnp0ucnz\"]",
        "[secrets]\npaths = [\"^a\\\\.\"]",
        "[secrets]\ndisable = [\"github-pat\"]",
    ] {
        assert_eq!(secrets_of(&desk(&token).file("bindery.toml", toml)), 0, "{toml}");
    }
}

#[test]
fn rules_of_gitleaks_are_taken_too_and_redact_when_asked() {
    let rules = "[[rules]]\nid = \"own-token\"\ndescription = \"Our token.\"\nregex = '''own-([0-9]{6})'''\nkeywords = [\"own-\"]\n\n[[rules]]\nid = \"keystore\"\ndescription = \"A key store\"\npath = '''\\.jks$'''\n\n[[allowlists]]\ntargetRules = [\"own-token\"]\nregexes = ['''000000''']\n";
    let desk = Desk::new()
        .file("a.md", "# A\n\nown-123456 own-000000")
        .file("b.jks", "x")
        .file(".gitleaks.toml", rules);
    assert_eq!(secrets_of(&desk), 2);
    assert!(!desk.build().holding("123456").is_empty());
    let desk = desk.file("bindery.toml", "[secrets]\nredact = [\"own-token\"]");
    let site = desk.build();
    assert_eq!(site.holding("own-123456"), [""; 0]);
    assert!(site.content("a.html").contains("own-[redacted: own-token] own-000000"));
    let broken = desk.file(".gitleaks.toml", "[[rules]]\nid = \"x\"\nregex = '''('''\n");
    let output = broken.run(&["check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the rule `x`"));
}

#[test]
fn a_removed_cell_is_checked_all_the_same() {
    let removed = with(code(&token()), json!({"tags": ["remove-cell"]}));
    assert_eq!(secrets_of(&Desk::new().notebook("a.ipynb", nb([md("# A"), removed]))), 1);
}

#[test]
fn lines_stay_where_they_are_when_a_key_is_taken_out() {
    let key = one_of_each()["private-key"].clone();
    let text = format!("{key}\nbreakpoint()");
    let line = text.lines().count() as u64;
    let desk = Desk::new().notebook("a.ipynb", nb([md("# A"), code(&text)]));
    let report: Value = serde_json::from_slice(&desk.run(&["check", "--format", "json"]).stdout).unwrap();
    let found = report["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "debug-left").unwrap();
    assert_eq!(found["line"].as_u64(), Some(line));
}

#[test]
fn a_notebook_in_utf_16_gives_no_copy_with_a_secret() {
    let text = nb([md(&format!("# A\n\n{}", token()))]).to_string();
    let mut bytes = vec![0xff, 0xfe];
    text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
    let site = Desk::new().file("a.ipynb", &bytes).build();
    assert!(site.content("a.html").contains("[redacted: github-pat]"));
    let wide: Vec<u8> = token().encode_utf16().flat_map(u16::to_le_bytes).collect();
    for file in site.files() {
        assert!(memchr::memmem::find(&fs::read(site.path(&file)).unwrap(), &wide).is_none(), "{file}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands around it, and however often: what was taken out is gone, all else stays, and
    /// once more changes nothing.
    #[test]
    fn redaction_takes_the_secret_and_nothing_else(before in "[^a-zA-Z0-9_]{0,40}", after in "[^a-zA-Z0-9_]{0,40}", times in 1_usize..4) {
        prop_assume!(!format!("{before}{after}").contains(['\u{1b}', '\u{8}']));
        let text = format!("{before}{}{after}\n", token()).repeat(times);
        let secrets = Secrets::new(&Options::default(), &[]).unwrap();
        let redacted = secrets.redacted(&text, "").unwrap();
        prop_assert!(!redacted.contains(&token()));
        prop_assert_eq!(redacted.replace("[redacted: github-pat]", &token()), text);
        prop_assert!(secrets.redacted(&redacted, "").is_none());
    }

    /// No text makes it panic or cut a character.
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}", esc in "(\u{1b}\\[[0-9;]{0,6}[a-zA-Z]?){0,4}") {
        let text = format!("{text}{esc}password = \"{text}\"{esc}");
        for found in Secrets::default().thorough().find(&text, "") {
            prop_assert!(text.get(found.range.clone()).is_some());
        }
    }
}

/// What is one only for readers: in pieces, by escapes, over borders.
#[test]
fn what_stands_there_in_pieces_is_not_published_whole() {
    let token = token();
    let (head, tail) = token.split_at(12);
    let entity = format!("&#103;{}", &token[1..]);
    let escaped = token.replace('_', "\\_");
    let split = [stream("stdout", &format!("token {head}")), stream("stdout", &format!("{tail}\n"))];
    let osc = format!("{head}\u{1b}]8;;https://x.example/\u{1b}\\{tail}\u{1b}]8;;\u{7}");
    let back = format!("{head}XY\u{8}\u{8}{tail}");
    let mut with_id = md("# I");
    with_id["id"] = json!(token);
    let mut of_id = nb([with_id, code("breakpoint()")]);
    of_id["nbformat_minor"] = json!(5);
    let twice = format!(
        r#"{{"nbformat":4,"nbformat_minor":4,"metadata":{{}},"cells":[{{"cell_type":"code","source":"x='{token}'","source":"print(1)","metadata":{{}},"execution_count":1,"outputs":[]}}]}}"#
    );
    let latin: Vec<u8> = format!("caf\u{e9},{token}\n").chars().map(|c| c as u32 as u8).collect();
    let mut wide = vec![0xff, 0xfe];
    token.encode_utf16().for_each(|unit| wide.extend(unit.to_le_bytes()));
    let desk = Desk::new()
        .prose("a1.ipynb", &format!("{escaped} first"))
        .prose("a2.ipynb", &format!("# T {escaped}\n\n{entity} next"))
        .prose("a3.ipynb", &format!("<b>{head}</b>{tail} and `{head}`{tail} and {head}**{tail}**"))
        .notebook("a4.ipynb", nb([md("# T"), ran("a()", json!(split))]))
        .notebook(
            "a5.ipynb",
            nb([md("# T"), ran("a()", json!([stream("stdout", &osc), stream("stderr", &back)]))]),
        )
        .notebook(
            "a6.ipynb",
            nb([
                md("# T"),
                ran(
                    "a()",
                    json!([
                        data(json!({"text/html": format!("<p>{entity}</p>"), "text/markdown": escaped})),
                        data(json!({"text/html": format!("<p>{entity}</p>")}))
                    ]),
                ),
            ]),
        )
        .notebook(
            "a7.ipynb",
            nb([
                md("# T"),
                ran(
                    "a()",
                    json!([data(json!({"application/json": {"png": token, "image/x": token, &token: 1}}))]),
                ),
            ]),
        )
        .notebook("a8.ipynb", of_id)
        .file("a9.ipynb", twice)
        .file(
            "b1.md",
            format!("---\ntitle: \"\\x67{}\"\ndescription: \"{head}\\\n  {tail}\"\n---\n\ntext", &token[1..]),
        )
        .file("b2.md", "# L\n\n[a](latin.csv) [b](wide.csv)")
        .file("latin.csv", &latin)
        .file("wide.csv", &wide)
        .file("b3.md", "# N")
        .file("_toc.yml", format!("format: jb-book\nroot: b3\nchapters:\n- file: b2\n  title: x {token}\n"))
        .file("bindery.toml", "[site]\nbase_url = \"https://example.org/\"\n");
    let site = desk.build();
    let lower = token.to_lowercase();
    let mut leaks = Vec::new();
    for (path, bytes) in tree(&site.path("")) {
        let narrow: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        for bytes in [bytes.to_ascii_lowercase(), narrow.to_ascii_lowercase()] {
            if memchr::memmem::find(&bytes, lower.as_bytes()).is_some() {
                leaks.push(path.clone());
            }
        }
        let is_shown = path.ends_with(".html") || path.contains("/search/");
        if is_shown && memchr::memmem::find(&bytes, entity.as_bytes()).is_some() {
            leaks.push(path.clone());
        }
    }
    assert!(leaks.is_empty(), "{leaks:?}");
    assert!(!site.stderr.to_lowercase().contains(&lower));
    assert!(site.content("a1.html").contains("[redacted: github-pat] first"), "{}", site.content("a1.html"));
    assert_eq!(site.content("a3.html").matches("[redacted: github-pat]").count(), 3);
    let said = String::from_utf8(desk.run(&["check", "--verbose"]).stdout).unwrap();
    assert!(!said.to_lowercase().contains(&lower), "{said}");
    for file in ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "b1"] {
        let report: Value = serde_json::from_slice(&desk.run(&["check", "--format", "json"]).stdout).unwrap();
        let of_file = |f: &&Value| f["file"].as_str().unwrap().starts_with(file) && f["rule"] == "secret";
        assert!(report["findings"].as_array().unwrap().iter().any(|f| of_file(&f)), "{file}");
    }
}

#[test]
fn no_message_quotes_a_secret_that_was_known_by_what_stood_around_it() {
    let password = ["W8zzb4", "ngQ7rr8"].concat();
    let netrc = format!("machine h login u\npassword {password} rm -rf /var/lib/data");
    let desk = Desk::new()
        .notebook("a.ipynb", nb([md("# A"), code(&netrc)]))
        .file("b.md", format!("---\npassword: {password}\n---\n# B"))
        .file("bindery.toml", "[check.require.values]\npassword = [\"a\"]\n");
    for form in ["text", "json", "junit", "sarif", "github", "codequality", "lines"] {
        let output = desk.run(&["check", "--verbose", "--format", form]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            said.contains("secret") && said.contains("destructive") && !said.contains(&password),
            "{form}: {said}"
        );
    }
}

#[test]
fn what_a_branch_adds_to_an_included_or_newly_linked_file_is_said() {
    let desk = Desk::new()
        .file("p.md", "# P\n\n```{include} part.txt\n```\n")
        .file("q.md", "# Q")
        .file("part.txt", "fine")
        .file("old.csv", token());
    desk.git(&["init", "-q"]);
    desk.git(&["add", "-A"]);
    desk.git(&["commit", "-qm", "before"]);
    let since = |desk: &Desk| desk.run(&["check", "--since", "HEAD"]).status.code();
    assert_eq!(since(&desk), Some(0));
    let desk = desk.file("part.txt", token());
    assert_eq!(since(&desk), Some(1));
    let desk = desk.file("part.txt", "fine").file("q.md", "# Q\n\n[x](old.csv)");
    assert_eq!(since(&desk), Some(1));
}

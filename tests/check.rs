//! `bindery check` through the front door: each rule fires, does not, and is silenced.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use bindery::diagnostic::{Entry, Rule};
use common::{Desk, PIXEL, code, data, md, nb, ran, stream, tagged, with};
use serde_json::{Value, json};

/// A desk at which something is wrong, and one at which nothing like it is.
struct Case {
    rule: Rule,
    bad: fn() -> Desk,
    good: fn() -> Desk,
    /// What the check is asked beside.
    asked: &'static [&'static str],
}

const fn case(rule: Rule, bad: fn() -> Desk, good: fn() -> Desk) -> Case {
    Case { rule, bad, good, asked: &[] }
}

fn page(source: &str) -> Desk {
    Desk::new().prose("a.ipynb", &format!("# A\n\n{source}"))
}

fn cells(cells: impl Into<Vec<Value>>) -> Desk {
    let mut all = vec![md("# A")];
    all.extend(cells.into());
    Desk::new().notebook("a.ipynb", nb(all))
}

fn counted(source: &str, count: u32) -> Value {
    let mut cell = ran(source, json!([]));
    cell["execution_count"] = json!(count);
    cell
}

fn with_id(mut cell: Value, id: &str) -> Value {
    cell["id"] = json!(id);
    cell
}

fn of_format_5(cells: impl Into<Vec<Value>>) -> Value {
    let mut notebook = nb(cells);
    notebook["nbformat_minor"] = json!(5);
    notebook
}

fn configured(desk: Desk, toml: &str) -> Desk {
    desk.file("bindery.toml", toml)
}

fn committed(desk: Desk) -> Desk {
    desk.git(&["init", "-q"]);
    desk.git(&["add", "-A"]);
    desk.git(&["commit", "-qm", "before"]);
    desk
}

const CHART: &str = "x = load()\ny = x.mean()\nz = y * 2\nplot(z)\nshow()";

fn three(source: &str) -> Desk {
    ["a", "b", "c"].into_iter().fold(Desk::new(), |desk, name| {
        desk.notebook(&format!("{name}.ipynb"), nb([md("# A"), code(source)]))
    })
}

const BASE: &[&str] = &["--base", "HEAD"];

fn renamed() -> Desk {
    let desk = committed(Desk::new().file("old.md", "# Old").file("b.md", "# B"));
    fs::remove_file(desk.root().join("old.md")).unwrap();
    desk
}

fn cases() -> Vec<Case> {
    use Rule as R;
    vec![
        case(R::NotebookInvalid, || Desk::new().file("a.ipynb", "{\"cells\": ["), || page("fine")),
        case(
            R::NotebookOdd,
            || {
                Desk::new().file("a.ipynb", r##"{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "markdown", "source": "# A"}, 7]}"##)
            },
            || page("fine"),
        ),
        case(
            R::CellId,
            || Desk::new().notebook("a.ipynb", of_format_5([with_id(md("# A"), "x"), with_id(md("b"), "x")])),
            || Desk::new().notebook("a.ipynb", of_format_5([with_id(md("# A"), "x"), with_id(md("b"), "y")])),
        ),
        case(
            R::ConflictMarker,
            || page("<<<<<<< HEAD\nhere\n=======\nthere\n>>>>>>> other"),
            || page("```\n<<<<<<< HEAD\nhere\n=======\nthere\n>>>>>>> other\n```"),
        ),
        case(
            R::Mark,
            || cells([tagged(code("1"), &["remove-imput"])]),
            || cells([tagged(code("1"), &["remove-input"])]),
        ),
        case(
            R::CellConflict,
            || cells([tagged(code("1"), &["remove-output", "show-output"])]),
            || cells([tagged(code("1"), &["remove-output"])]),
        ),
        case(
            R::FrontMatter,
            || Desk::new().file("a.md", "---\ntitle: a: b\n---\n# A"),
            || Desk::new().file("a.md", "---\ntitle: \"a: b\"\n---\n# A"),
        ),
        case(R::Directive, || page(":::{warnign}\nx\n:::"), || page(":::{warning}\nx\n:::")),
        case(R::Math, || page("$\\frac{1}{2$"), || page("$\\frac{1}{2}$")),
        case(
            R::Output,
            || cells([ran("plot()", json!([data(json!({"image/png": "AAAA"}))]))]),
            || cells([ran("plot()", json!([data(json!({"image/png": PIXEL}))]))]),
        ),
        case(
            R::Navigation,
            || {
                Desk::new()
                    .file("a.md", "# A")
                    .file("_toc.yml", "format: jb-book\nroot: a\nchapters:\n- file: gone\n")
            },
            || page("fine"),
        ),
        case(
            R::Skipped,
            || {
                let desk = Desk::new().file("a.md", "# A");
                #[cfg(unix)]
                std::os::unix::fs::symlink("/etc/hostname", desk.root().join("b.md")).unwrap();
                desk
            },
            || page("fine"),
        ),
        case(R::History, shallow, || page("fine")),
        case(R::LinkDead, || page("[x](gone.ipynb)"), || page("[x](a.ipynb)")),
        case(
            R::ImageDead,
            || page("![x](gone.png)"),
            || page("![x](b.png)").file("b.png", b"\x89PNG\r\n\x1a\n"),
        ),
        case(
            R::AttachmentMissing,
            || page("![x](attachment:gone.png)"),
            || {
                let mut cell = md("# A\n\n![x](attachment:b.png)");
                cell["attachments"] = json!({"b.png": {"image/png": PIXEL}});
                Desk::new().notebook("a.ipynb", nb([cell]))
            },
        ),
        case(R::AnchorMissing, || page("[x](#gone)"), || page("## Here\n\n[x](#here)")),
        case(R::Reference, || page("{ref}`fig-gone`"), || page("(fig-here)=\n## Here\n\n{ref}`fig-here`")),
        case(
            R::LinkAmbiguous,
            || page("[x](setup)").file("setup.md", "# S").notebook("setup.ipynb", nb([md("# S")])),
            || page("[x](setup)").file("setup.md", "# S"),
        ),
        case(R::LinkCase, || page("[x](B.md)").file("b.md", "# B"), || page("[x](b.md)").file("b.md", "# B")),
        case(R::LinkMachine, || page("[x](/home/ada/notes.md)"), || page("[x](b.md)").file("b.md", "# B")),
        case(
            R::LinkLocalhost,
            || page("[x](http://localhost:3000)"),
            || page("[x](http://grafana.example.org)"),
        ),
        case(
            R::LinkUnpublished,
            || page("[x](b.html)").file("b.html", "x"),
            || page("[x](b.csv)").file("b.csv", "x"),
        ),
        // Asked through a proxy of its own: `links_to_other_sites_are_asked_only_when_wanted`.
        case(
            R::RemoteImage,
            || page("![x](https://example.org/b.png)"),
            || page("[x](https://example.org/b.png)"),
        ),
        case(
            R::UrlClash,
            || Desk::new().file("a.md", "# A").notebook("a.ipynb", nb([md("# A")])),
            || Desk::new().file("a.md", "# A"),
        ),
        Case {
            asked: BASE,
            ..case(R::UrlDropped, renamed, || {
                renamed().file("new.md", "---\naliases: [/old.html]\n---\n# New")
            })
        },
        Case {
            asked: BASE,
            ..case(
                R::AnchorDropped,
                || committed(Desk::new().file("a.md", "# A\n\n## Roll back")).file("a.md", "# A\n\n## Undo"),
                || {
                    committed(Desk::new().file("a.md", "# A\n\n## Roll back"))
                        .file("a.md", "# A\n\n<a id=\"roll-back\"></a>\n\n## Undo")
                },
            )
        },
        case(
            R::CellUnrun,
            || cells([ran("a()", json!([])), code("b()")]),
            || cells([code("a()"), code("b()")]),
        ),
        case(
            R::CellOrder,
            || cells([counted("a()", 7), counted("b()", 3)]),
            || cells([counted("a()", 3), counted("b()", 7)]),
        ),
        case(
            R::CellError,
            || cells([ran("a()", json!([failure()]))]),
            || cells([tagged(ran("a()", json!([failure()])), &["raises-exception"])]),
        ),
        Case { asked: BASE, ..case(R::OutputStale, || stale("old"), || stale("new")) },
        case(
            R::OutputProgress,
            || cells([ran("run()", json!([stream("stderr", &"\r 3%|x".repeat(20))]))]),
            || cells([ran("run()", json!([stream("stderr", "done\r\n")]))]),
        ),
        case(R::CellEmpty, || cells([code("a()"), code("")]), || cells([code("a()")])),
        case(
            R::DebugLeft,
            || cells([code("x = 1\nbreakpoint()")]),
            || cells([code("x = 1\nprint('breakpoint()')")]),
        ),
        case(
            R::OutputLarge,
            || {
                configured(
                    cells([ran("a()", json!([stream("stdout", &"x".repeat(2000))]))]),
                    "[check.limits]\noutput = 1000",
                )
            },
            || cells([ran("a()", json!([stream("stdout", &"x".repeat(2000))]))]),
        ),
        case(
            R::ImageLarge,
            || {
                configured(
                    cells([ran("a()", json!([data(json!({"image/png": PIXEL}))]))]),
                    "[check.limits]\nimage = 10",
                )
            },
            || cells([ran("a()", json!([data(json!({"image/png": PIXEL}))]))]),
        ),
        case(R::NotebookLarge, || configured(page("x"), "[check.limits]\nnotebook = 10"), || page("x")),
        case(
            R::Base64Inline,
            || {
                configured(
                    page(&format!("![x](data:image/png;base64,{PIXEL})")),
                    "[check.limits]\nbase64 = 20",
                )
            },
            || page(&format!("![x](data:image/png;base64,{PIXEL})")),
        ),
        case(
            R::OutputRepeated,
            || {
                let out = || json!([stream("stdout", &"y".repeat(500))]);
                configured(cells([ran("a()", out()), ran("b()", out())]), "[check.limits]\nrepeated = 400")
            },
            || {
                cells([
                    ran("a()", json!([stream("stdout", "y")])),
                    ran("b()", json!([stream("stdout", "y")])),
                ])
            },
        ),
        case(R::TitleMissing, || Desk::new().notebook("a.ipynb", nb([code("a()")])), || cells([code("a()")])),
        case(R::TitleSeveral, || page("# B"), || page("## B")),
        case(R::HeadingSkipped, || page("### B"), || page("## B\n\n### C")),
        case(
            R::ImageAlt,
            || page("![](b.png)").file("b.png", b"\x89PNG\r\n\x1a\n"),
            || page("![b](b.png) <img src=\"b.png\" alt=\"\">").file("b.png", b"\x89PNG\r\n\x1a\n"),
        ),
        case(
            R::TableHead,
            || page("| | |\n|---|---|\n| a | b |"),
            || page("| x | y |\n|---|---|\n| a | b |"),
        ),
        case(
            R::BareUrl,
            || page("see https://example.org/d/1"),
            || page("see <https://example.org/d/1> or `http://x.example`"),
        ),
        case(
            R::PageLong,
            || configured(page("one two three four five six"), "[check.limits]\nwords = 5"),
            || page("one two three four five six"),
        ),
        case(
            R::FrontMatterRequired,
            || configured(page("x"), "[check.require]\nfront_matter = [\"owner\"]"),
            || {
                configured(
                    Desk::new().file("a.md", "---\nowner: db\n---\n# A"),
                    "[check.require]\nfront_matter = [\"owner\"]",
                )
            },
        ),
        case(
            R::FrontMatterValue,
            || configured(Desk::new().file("a.md", "---\nseverity: hihg\n---\n# A"), LEVELS),
            || configured(Desk::new().file("a.md", "---\nseverity: [high, low]\n---\n# A"), LEVELS),
        ),
        case(
            R::ReviewDue,
            || Desk::new().file("a.md", "---\nlast_reviewed_on: 2020-01-31\nreview_in: 6 months\n---\n# A"),
            || Desk::new().file("a.md", "---\nlast_reviewed_on: 2020-01-31\nreview_in: 600 years\n---\n# A"),
        ),
        case(
            R::HeadingRequired,
            || {
                configured(
                    page("## Impact"),
                    "[check.require]\nheadings = [\"Impact\", \"Mitigation | Fix\"]",
                )
            },
            || {
                configured(
                    page("## 1. IMPACT:\n\n## Fix"),
                    "[check.require]\nheadings = [\"Impact\", \"Mitigation | Fix\"]",
                )
            },
        ),
        case(R::CodeRepeated, || three(CHART), || three("import a\nimport b\nimport c\nimport d\nrun()")),
        case(R::Secret, || page(&format!("token {}", token())), || page("token <your token>")),
        case(
            R::Destructive,
            || cells([code("!kubectl delete namespace blue")]),
            || {
                cells([
                    md("> [!WARNING]\n> This deletes all volumes."),
                    code("!kubectl delete namespace blue"),
                ])
            },
        ),
    ]
}

const LEVELS: &str = "[check.require.values]\nseverity = [\"high\", \"low\"]";

/// A token of GitHub's form, in two pieces: no scanner finds it in this file.
fn token() -> String {
    ["gh", "p_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"].concat()
}

fn failure() -> Value {
    json!({"output_type": "error", "ename": "IOError", "evalue": "db-1 refused", "traceback": ["IOError: db-1 refused"]})
}

/// A cell whose source was changed since the last commit, with an output of then or of now.
fn stale(output: &str) -> Desk {
    let notebook = |source: &str, output: &str| {
        of_format_5([with_id(md("# A"), "t"), with_id(ran(source, json!([stream("stdout", output)])), "c")])
    };
    committed(Desk::new().notebook("a.ipynb", notebook("get('blue')", "old")))
        .notebook("a.ipynb", notebook("get('green')", output))
}

/// A clone without its history, in which a build has no dates.
fn shallow() -> Desk {
    let from = committed(Desk::new().file("a.md", "# A"));
    fs::write(from.root().join("a.md"), "# A\n\nmore").unwrap();
    from.git(&["commit", "-qam", "after"]);
    let desk = Desk::new();
    desk.git(&["clone", "-q", "--depth", "1", &format!("file://{}", from.root().display()), "."]);
    desk
}

fn run(desk: &Desk, more: &[&str]) -> Output {
    let arguments: Vec<&str> = ["check", "--format", "json"].iter().chain(more).copied().collect();
    let output = desk.run(&arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked") && output.status.code() != Some(2), "{stderr}");
    output
}

fn findings(desk: &Desk, more: &[&str]) -> Vec<Value> {
    let report: Value = serde_json::from_slice(&run(desk, more).stdout).unwrap();
    report["findings"].as_array().unwrap().clone()
}

fn of_rule(findings: &[Value], rule: Rule) -> Vec<&Value> {
    findings.iter().filter(|finding| finding["rule"] == rule.id()).collect()
}

#[test]
fn each_rule_fires_and_does_not() {
    let mut wrong = Vec::new();
    for Case { rule, bad, good, asked } in cases() {
        if rule == Rule::History {
            // Dates are no affair of the check: a build says it.
            assert!(bad().build().stderr.contains("[history]"));
            continue;
        }
        let found = findings(&bad(), asked);
        if of_rule(&found, rule).is_empty() {
            wrong.push(format!("{} does not fire: {found:#?}", rule.id()));
        }
        let found = findings(&good(), asked);
        if !of_rule(&found, rule).is_empty() {
            wrong.push(format!("{} fires: {:#?}", rule.id(), of_rule(&found, rule)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_tried_explained_and_documented() {
    let mut tried: BTreeSet<Rule> = cases().iter().map(|case| case.rule).collect();
    tried.insert(Rule::LinkExternal);
    assert_eq!(tried.into_iter().collect::<Vec<_>>(), Rule::ALL);
    let desk = Desk::new();
    let docs = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).unwrap();
    let list = String::from_utf8(desk.run(&["explain"]).stdout).unwrap();
    for entry in Entry::all() {
        let id = entry.rule.id();
        let output = desk.run(&["explain", id]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains(entry.finds) && text.contains(entry.mend), "{id}");
        assert!(list.contains(id), "{id}");
        assert!(docs.contains(&format!("## {id}\n")) && docs.contains(entry.why), "{id}");
    }
    let slip = desk.run(&["explain", "link-ded"]);
    assert_eq!(slip.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&slip.stderr).contains("did you mean `link-dead`?"));
}

#[test]
fn each_rule_is_silenced_by_the_repo_the_page_and_the_cell() {
    for Case { rule, bad, asked, .. } in cases().into_iter().filter(|case| case.rule != Rule::History) {
        let id = rule.id();
        let desk = bad();
        let file = desk.root().join("bindery.toml");
        let said = fs::read_to_string(&file).unwrap_or_default();
        let found = findings(&desk, asked);
        let first = of_rule(&found, rule)[0].clone();

        fs::write(&file, format!("[check.rules]\n{id} = \"off\"\n\n{said}")).unwrap();
        assert_eq!(of_rule(&findings(&desk, asked), rule), [&json!(null); 0], "{id}: off");
        fs::write(&file, format!("[check.rules]\n{id} = \"info\"\n\n{said}")).unwrap();
        for finding in of_rule(&findings(&desk, asked), rule) {
            assert_eq!(finding["severity"], "info", "{id}");
        }
        let paths = format!("{said}\n[[check.paths]]\npaths = [\"**\"]\nrules = {{ {id} = \"off\" }}\n");
        fs::write(&file, paths).unwrap();
        let of_pages = first["file"].as_str().unwrap().ends_with(".ipynb") || first["file"] == "a.md";
        if of_pages {
            assert_eq!(of_rule(&findings(&desk, asked), rule), [&json!(null); 0], "{id}: off for a path");
        }
        fs::write(&file, said).unwrap();

        // What cannot be read says nothing; what is not there has no page to say it.
        let is_mute = [
            Rule::NotebookInvalid,
            Rule::NotebookOdd,
            Rule::FrontMatter,
            Rule::UrlDropped,
            Rule::UrlClash,
            Rule::Skipped,
        ];
        if is_mute.contains(&rule) || first["file"] != "a.ipynb" {
            continue;
        }
        let place = desk.root().join("a.ipynb");
        let text = fs::read_to_string(&place).unwrap();
        let mut notebook: Value = serde_json::from_str(&text).unwrap();
        if let Some(number) = first["cell"]["number"].as_u64() {
            let cell = &mut notebook["cells"][usize::try_from(number).unwrap() - 1];
            if !cell["metadata"]["tags"].is_array() {
                cell["metadata"]["tags"] = json!([]);
            }
            cell["metadata"]["tags"].as_array_mut().unwrap().push(json!(format!("bindery-allow-{id}")));
            fs::write(&place, notebook.to_string()).unwrap();
            let left = findings(&desk, asked);
            let left = of_rule(&left, rule);
            assert!(left.len() < of_rule(&found, rule).len(), "{id}: by a tag: {left:#?}");
            notebook = serde_json::from_str(&text).unwrap();
        }
        let head = json!({"cell_type": "raw", "metadata": {}, "source": format!("---\nbindery:\n  allow: [{id}]\n---")});
        notebook["cells"].as_array_mut().unwrap().insert(0, head);
        fs::write(&place, notebook.to_string()).unwrap();
        assert_eq!(of_rule(&findings(&desk, asked), rule), [&json!(null); 0], "{id}: by its front matter");
    }
}

#[test]
fn a_comment_speaks_for_its_line_and_the_next() {
    let found = |source: &str| {
        let found = findings(&cells([code(source)]), &[]);
        of_rule(&found, Rule::DebugLeft).len()
    };
    assert_eq!(found("breakpoint()"), 1);
    assert_eq!(found("breakpoint()  # bindery:allow debug-left"), 0);
    assert_eq!(found("# bindery:allow debug-left, link-dead: we stop here\nbreakpoint()"), 0);
    assert_eq!(found("# bindery:allow debug-left\nx = 1\nbreakpoint()"), 1);
    assert_eq!(found("breakpoint()  # bindery:allow link-dead"), 1);
    let wrong = findings(&cells([code("# bindery:allow debug-lft")]), &[]);
    assert!(of_rule(&wrong, Rule::Mark)[0]["help"].as_str().unwrap().contains("debug-left"));
    let prose = "# A\n\n<!-- bindery:allow link-dead -->\n[x](gone.md)\n\n[y](gone.md)";
    let left = findings(&Desk::new().file("a.md", prose), &[]);
    assert_eq!(of_rule(&left, Rule::LinkDead).len(), 1, "{left:#?}");
}

#[test]
fn unknown_rules_and_values_of_the_configuration_are_refused_with_the_nearest() {
    for (toml, said) in [
        ("[check.rules]\nlink-ded = \"off\"", "did you mean `link-dead`?"),
        ("[check.rules]\nlink-dead = \"loud\"", "loud"),
        ("[check.limits]\noutputs = 3", "outputs"),
        ("[[check.paths]]\nrules = { link-dead = \"off\" }", "neither `paths` nor `when`"),
        ("[secrets]\ndisable = [\"github-pit\"]", "did you mean `github-pat`?"),
        ("[secrets]\nallow = [\"(\"]", "secrets.allow"),
        ("[secrets]\nrules = [\"gone.toml\"]", "gone.toml"),
    ] {
        let output = configured(page("x"), toml).run(&["check"]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{toml}");
        assert!(stderr.contains(said), "{toml}\n{stderr}");
    }
}

#[test]
fn the_exit_code_tells_errors_from_warnings() {
    let code = |desk: &Desk, more: &[&str]| run(desk, more).status.code();
    assert_eq!(code(&page("fine"), &[]), Some(0));
    assert_eq!(code(&page("# B"), &[]), Some(0));
    assert_eq!(code(&page("# B"), &["--strict"]), Some(1));
    assert_eq!(code(&page("[x](gone.md)"), &[]), Some(1));
}

#[test]
fn what_pages_of_a_kind_must_have_is_asked_of_them_alone() {
    let toml = "[[check.paths]]\nwhen = { kind = \"runbook\" }\nrequire.headings = [\"Impact\"]\n\n[[check.paths]]\npaths = [\"db\"]\nrequire.front_matter = [\"owner\"]";
    let desk = configured(
        Desk::new().file("a.md", "---\nkind: runbook\n---\n# A").file("b.md", "# B").file("db/c.md", "# C"),
        toml,
    );
    let found = findings(&desk, &[]);
    let files = |rule| {
        of_rule(&found, rule).iter().map(|f| f["file"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(files(Rule::HeadingRequired), ["a.md"]);
    assert_eq!(files(Rule::FrontMatterRequired), ["db/c.md"]);
}

#[test]
fn since_a_revision_only_what_changed_is_said_and_what_it_broke() {
    let desk = committed(
        Desk::new()
            .file("old.md", "# Old\n\n[x](gone.md)")
            .file("links.md", "# Links\n\n[b](b.md)\n\n[x](gone.md)")
            .file("b.md", "# B"),
    );
    desk.git(&["checkout", "-qb", "change"]);
    fs::remove_file(desk.root().join("b.md")).unwrap();
    let desk = desk.file("new.md", "# New\n\n[x](gone.md)");
    let found = findings(&desk, &["--since", "main"]);
    let said: BTreeSet<(&str, &str, &str)> = found
        .iter()
        .map(|f| (f["file"].as_str().unwrap(), f["rule"].as_str().unwrap(), f["message"].as_str().unwrap()))
        .collect();
    let expected = BTreeSet::from([
        ("b.md", "url-dropped", "`b.html` was published, and nothing stands there now"),
        ("links.md", "link-dead", "`b.md` is not in the repo"),
        ("new.md", "link-dead", "`gone.md` is not in the repo"),
    ]);
    assert_eq!(said, expected);
    // The same by commits, and from a folder below.
    desk.git(&["add", "-A"]);
    desk.git(&["commit", "-qm", "change"]);
    assert_eq!(findings(&desk, &["--since", "main"]).len(), 3);
    assert_eq!(findings(&desk, &[]).len(), 4);
}

#[test]
fn a_base_that_is_not_there_is_said_and_everything_checked() {
    let desk = shallow();
    fs::write(desk.root().join("b.md"), "# B\n\n[x](gone.md)").unwrap();
    let output = run(&desk, &["--since", "HEAD~1"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("GIT_DEPTH: 0") && stderr.contains("everything is checked"), "{stderr}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn given_files_are_checked_against_the_whole_repo() {
    let desk = Desk::new()
        .file("bindery.toml", "")
        .file("db/a.md", "# A\n\n[b](../b.md) [x](gone.md)")
        .file("b.md", "# B\n\n[x](gone.md)");
    let found = findings(&desk, &["db/a.md"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["file"], "db/a.md");
    assert_eq!(findings(&desk, &["db/a.md", "b.md"]).len(), 2);
}

#[test]
fn a_baseline_lets_pass_what_it_knows() {
    let desk = page("[x](gone.md)");
    let asked = ["check", "--baseline", "known.json"];
    let first = desk.run(&asked);
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(desk.run(&asked).status.code(), Some(0));
    // Lines that shift are no news, another link is.
    let desk = desk.prose("a.ipynb", "# A\n\nmore\n\nand more\n\n[x](gone.md)");
    assert_eq!(desk.run(&asked).status.code(), Some(0));
    let desk = desk.prose("a.ipynb", "# A\n\n[x](gone.md)\n\n[x](gone.md)\n\n[y](lost.md)");
    let third = desk.run(&["check", "--baseline", "known.json", "--format", "json"]);
    let report: Value = serde_json::from_slice(&third.stdout).unwrap();
    assert_eq!((third.status.code(), report["errors"].as_u64()), (Some(1), Some(2)));
    // In a pipeline nobody would commit it.
    let mut command = desk.command(&["check", "--baseline", "none.json"]);
    assert_eq!(command.env("CI", "true").output().unwrap().status.code(), Some(2));
    assert!(!desk.root().join("none.json").exists());
    // What was mended goes out of it; what is new does not go in, nor what only looks the same.
    let desk = desk.prose("a.ipynb", "# A\n\n[y](lost.md)\n\n[z](gone-2.md)");
    let anew = desk.run(&["check", "--baseline", "known.json", "--update-baseline"]);
    assert_eq!(anew.status.code(), Some(1));
    let known = fs::read_to_string(desk.root().join("known.json")).unwrap();
    assert!(known.contains("\"findings\": []"), "{known}");
    // A part of the repo makes no baseline.
    assert_eq!(desk.run(&["check", "a.ipynb", "--baseline", "other.json"]).status.code(), Some(2));
    fs::write(desk.root().join("known.json"), "[]").unwrap();
    assert_eq!(desk.run(&asked).status.code(), Some(2));
}

#[test]
fn a_notebook_shows_what_the_check_says_with_its_excerpt() {
    let desk = cells([code("x = 1\nbreakpoint()")]);
    let output = desk.run(&["check"]);
    snapbox::assert_data_eq!(
        String::from_utf8_lossy(&output.stdout).into_owned(),
        snapbox::str![[r#"
warning[debug-left]: `breakpoint()` is left over from debugging
  --> a.ipynb#cell=2 line 2:24:1
   |
24 | breakpoint()
   | ^^^^^^^^^^^^
   |
   = help: take it out

"#]]
    );
    assert!(desk.run(&["check", "--statistics"]).stdout.starts_with(b"      1  warning  debug-left"));
}

#[test]
fn links_to_other_sites_are_asked_only_when_wanted() {
    let (proxy, asked) = proxy();
    let desk = page(
        "[a](http://docs.example.org/here) [b](http://docs.example.org/gone) [c](http://docs.example.org/here#part)\n\n[d](http://api.example.org/secret)",
    );
    let findings_of = |more: &[&str]| {
        let arguments: Vec<&str> = ["check", "--format", "json"].iter().chain(more).copied().collect();
        let output =
            desk.command(&arguments).env("http_proxy", &proxy).env_remove("no_proxy").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["findings"].as_array().unwrap().clone()
    };
    assert!(findings_of(&[]).is_empty() && asked.lock().unwrap().is_empty());
    let found = findings_of(&["--external"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0]["rule"].as_str(), found[0]["line"].as_u64()), (Some("link-external"), Some(3)));
    assert!(found[0]["message"].as_str().unwrap().contains("/gone` leads nowhere: it answers 404"));
    let first: Vec<String> = std::mem::take(&mut *asked.lock().unwrap());
    assert_eq!(first.iter().filter(|line| line.contains("/here")).count(), 1, "{first:#?}");
    // What answered is not asked again so soon, what did not is.
    findings_of(&["--external"]);
    let second: Vec<String> = std::mem::take(&mut *asked.lock().unwrap());
    let is_new = |line: &&String| !line.starts_with("CONNECT") && !line.contains("/gone");
    assert!(!second.iter().any(|line| is_new(&line)) && !second.is_empty(), "{second:#?}");
    let desk = configured(desk.again(), "[check.external]\nexclude = [\"/gone$\"]");
    let output = desk
        .command(&["check", "--external", "--format", "json"])
        .env("http_proxy", &proxy)
        .output()
        .unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains("link-external"));
}

/// A server that answers whatever host it is asked for, and the lines that it was asked by.
fn proxy() -> (String, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let heard = heard.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    let mut rest = String::new();
                    while reader.read_line(&mut rest).unwrap_or(0) > 2 {
                        rest.clear();
                    }
                    let status = match &line {
                        line if line.contains("/gone") => "404 Not Found",
                        line if line.contains("/secret") => "403 Forbidden",
                        _ => "200 OK",
                    };
                    heard.lock().unwrap().push(line);
                    if write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").is_err() {
                        return;
                    }
                }
            });
        }
    });
    (url, asked)
}

#[test]
fn reports_go_where_they_are_sent() {
    let desk = page("[x](gone.md)");
    let output = desk.run(&["check", "--format", "junit=report.xml", "--format", "codequality=quality.json"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("error[link-dead]"));
    let junit = fs::read_to_string(desk.root().join("report.xml")).unwrap();
    assert!(junit.contains("<testcase classname=\"a.ipynb\" name=\"link-dead\""), "{junit}");
    let quality: Value =
        serde_json::from_str(&fs::read_to_string(desk.root().join("quality.json")).unwrap()).unwrap();
    assert_eq!(quality[0]["location"]["path"], "a.ipynb");
    assert_eq!(desk.run(&["check", "--format", "json", "--format", "sarif"]).status.code(), Some(2));
    let github = desk.run(&["check", "--format", "github"]);
    let line = String::from_utf8_lossy(&github.stdout).into_owned();
    assert!(
        line.starts_with("::error file=a.ipynb,line=")
            && line.contains(",title=link-dead::cell 1: `gone.md`"),
        "{line}"
    );
    let _ = with(md("x"), json!({}));
}

#[test]
fn machines_know_files_from_the_top_of_the_git_repo() {
    let desk = committed(Desk::new().file("docs/bindery.toml", "").file("docs/a.md", "# A\n\n[x](gone.md)"));
    let output = desk
        .command(&["check", "--format", "codequality"])
        .current_dir(desk.root().join("docs"))
        .output()
        .unwrap();
    let quality: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(quality[0]["location"]["path"], "docs/a.md");
    assert_eq!(quality[0]["location"]["lines"]["begin"], 3);
}

#[test]
fn an_output_that_is_older_than_one_above_is_stale_by_the_clock() {
    let run_at = |count: u32, at: &str| {
        let mut cell = with(
            ran("a()", json!([stream("stdout", "x")])),
            json!({"execution": {"iopub.execute_input": at}}),
        );
        cell["execution_count"] = json!(count);
        cell
    };
    let found = |first: &str, second: &str| {
        let desk = cells([run_at(1, first), run_at(2, second)]);
        of_rule(&findings(&desk, &[]), Rule::OutputStale).len()
    };
    assert_eq!(found("2026-03-04T10:00:00.5Z", "2026-03-01T10:00:00Z"), 1);
    assert_eq!(found("2026-03-04T10:00:00Z", "2026-03-04T10:00:01Z"), 0);
    assert_eq!(found("2026-03-04T10:00:30Z", "2026-03-04T10:00:00Z"), 0);
    assert_eq!(found("yesterday", "2026-03-01T10:00:00Z"), 0);
}

#[test]
fn what_the_configuration_leaves_out_now_is_dropped_too() {
    let desk = committed(
        Desk::new().file("a.md", "# A").file("s/b.md", "# B").file("odd\nname.md", "# O\n\n## Two"),
    );
    let desk = desk
        .file("bindery.toml", "[content]\nexclude = [\"s\"]")
        .file("odd\nname.md", "# O\n\n## Two\n\nmore");
    let found = findings(&desk, &["--base", "HEAD"]);
    let said: Vec<&str> = found.iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert_eq!(said, ["`s/b.html` was published, and nothing stands there now"]);
    // A page that goes on purpose is said so by its path.
    let part =
        "[content]\nexclude = [\"s\"]\n[[check.paths]]\npaths = [\"s/b.md\"]\nrules.url-dropped = \"off\"\n";
    let desk = desk.file("bindery.toml", part);
    assert_eq!(findings(&desk, &["--base", "HEAD"]), Vec::<Value>::new());
}

#[test]
fn a_revision_that_nobody_knows_is_a_slip() {
    let desk = committed(Desk::new().file("a.md", "# A"));
    let output = desk.run(&["check", "--since", "mian"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`mian` is no revision"));
}

#[test]
fn what_a_file_had_before_is_no_news_of_a_branch_also_under_another_name() {
    let desk = committed(Desk::new().file(
        "old.md",
        "---\ntitle: Old\n---\n\n[x](gone.md)\n\nand many more words that git knows it by\n",
    ));
    desk.git(&["mv", "old.md", "new.md"]);
    let text = fs::read_to_string(desk.root().join("new.md")).unwrap();
    fs::write(desk.root().join("new.md"), format!("{text}\n[y](lost.md)\n")).unwrap();
    let found = findings(&desk, &["--since", "HEAD"]);
    let said: Vec<&str> = found.iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        ["`old.html` was published, and nothing stands there now", "`lost.md` is not in the repo"]
    );
    // It is said of the page that took its place, which can keep the old URL.
    assert_eq!(found[0]["file"], "new.md");
    assert!(found[0]["help"].as_str().unwrap().contains("this page, `new.md`: `aliases: [/old.html]`"));
}

#[test]
fn what_is_staged_is_checked_and_not_what_lies_in_the_folder() {
    let staged = |desk: &Desk| {
        let output = desk.run(&["check", "--staged", "--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rules =
            report["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap().to_owned());
        (output.status.code(), rules.collect::<Vec<_>>())
    };
    let desk = committed(Desk::new().file("a.md", "# A\n\n[b](b.md) [x](old.md)").file("b.md", "# B"));
    assert_eq!(staged(&desk), (Some(0), vec![]));
    // Staged with a secret, mended in the folder alone.
    let desk = desk.file("b.md", format!("# B\n\n{}", token()));
    desk.git(&["add", "b.md"]);
    let desk = desk.file("b.md", "# B");
    assert_eq!(staged(&desk), (Some(1), vec!["secret".to_owned()]));
    // The other way round.
    desk.git(&["add", "b.md"]);
    let desk = desk.file("b.md", format!("# B\n\n{}", token()));
    assert_eq!(staged(&desk), (Some(0), vec![]));
    // A page that goes, and one that is not added.
    desk.git(&["checkout", "-q", "b.md"]);
    desk.git(&["rm", "-q", "b.md"]);
    assert_eq!(staged(&desk), (Some(1), vec!["link-dead".to_owned(), "url-dropped".to_owned()]));
    desk.git(&["reset", "-q", "--hard"]);
    let desk = desk.file("c.md", "# C").file("a.md", "# A\n\n[c](c.md)");
    desk.git(&["add", "a.md"]);
    assert_eq!(staged(&desk), (Some(1), vec!["link-dead".to_owned()]));
}

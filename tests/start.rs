//! `init` and `new`: where a repo begins.

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

use common::{Desk, code, md, nb, tree};
use serde_json::{Value, json};

fn said(desk: &Desk, arguments: &[&str]) -> (i32, String) {
    let output = desk.run(arguments);
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
}

fn on_gitlab() -> Desk {
    let desk = Desk::new();
    desk.git(&["init", "-q"]);
    desk.git(&["remote", "add", "origin", "git@gitlab.example.com:ops/sre-runbooks.git"]);
    desk
}

#[test]
fn an_empty_repo_becomes_a_site() {
    let desk = on_gitlab();
    let (code, text) = said(&desk, &["init"]);
    snapbox::assert_data_eq!(
        text,
        snapbox::str![[r#"
0 notebooks, 0 other pages; on gitlab.example.com

create bindery.toml
create runbooks/first-runbook.ipynb
create .gitlab/bindery.yml
create .gitlab/route-map.yml
create .gitlab-ci.yml
create .gitignore

before the first pipeline: .gitlab-ci.yml says how a job gets bindery

next: bindery serve --open shows the site while you write, bindery check says what is wrong,
bindery build writes it to public/

"#]]
    );
    assert_eq!(code, 0);
    let site = desk.build().fine();
    assert!(site.content("runbooks/first-runbook.html").contains("Before you begin"));
    assert!(site.read("index.html").contains("<title>Sre runbooks</title>"));
    let (code, text) = said(&desk, &["check", "--strict"]);
    assert_eq!(code, 0, "{text}");
    let pipeline = fs::read_to_string(desk.root().join(".gitlab/bindery.yml")).unwrap();
    assert_eq!(pipeline, include_str!("../templates/pages.yml"));
}

#[test]
fn what_is_there_is_not_written_over() {
    let desk = on_gitlab()
        .file("bindery.toml", "[site]\ntitle = \"Mine\"\n")
        .file(".gitlab-ci.yml", "# no bindery so far\nstages: [build, test]\ntest: {script: make}\n")
        .file(".gitignore", "public\n.venv")
        .notebook("a.ipynb", nb([md("# A")]));
    let before = tree(desk.root());
    let (_, dry) = said(&desk, &["init", "--dry-run"]);
    assert_eq!(tree(desk.root()), before);
    assert!(dry.contains("would create .gitlab/bindery.yml"), "{dry}");
    let (code, text) = said(&desk, &["init"]);
    assert_eq!(code, 0, "{text}");
    for name in ["bindery.toml", ".gitlab-ci.yml", "a.ipynb"] {
        assert_eq!(tree(desk.root())[name], before[name], "{name}");
    }
    assert!(text.contains("kernels: python3 1"), "{text}");
    assert!(text.contains("- local: .gitlab/bindery.yml"), "the lines to add are shown: {text}");
    assert!(text.contains("stage: test\n"), "the last stage of a pipeline without `deploy`: {text}");
    let ignored = fs::read_to_string(desk.root().join(".gitignore")).unwrap();
    assert!(ignored.starts_with("public\n.venv\n/bindery-report/\n"), "{ignored}");
    assert!(!desk.root().join("runbooks").exists(), "a repo with notebooks needs no first one");
    let after = tree(desk.root());
    let (_, again) = said(&desk, &["init"]);
    assert_eq!(tree(desk.root()), after, "{again}");
}

#[test]
fn a_folder_of_a_repo_is_the_source_of_its_pipeline() {
    let desk = on_gitlab().notebook("docs/a.ipynb", nb([md("# A")]));
    let (code, text) = said(&desk, &["init", "docs"]);
    assert_eq!(code, 0, "{text}");
    assert!(desk.root().join("docs/bindery.toml").is_file());
    let pipeline = fs::read_to_string(desk.root().join(".gitlab-ci.yml")).unwrap();
    assert!(pipeline.contains("    inputs:\n      source: docs\n"), "{pipeline}");
    let ignored = fs::read_to_string(desk.root().join(".gitignore")).unwrap();
    assert!(ignored.contains("/docs/public/\n"), "{ignored}");
    let routes = fs::read_to_string(desk.root().join(".gitlab/route-map.yml")).unwrap();
    assert!(routes.contains(r"'/^docs\/(.+)\.(?:ipynb|md)$/'"), "{routes}");
}

#[test]
fn other_tools_and_other_forges_are_seen() {
    let desk =
        Desk::new().file("mkdocs.yml", "site_name: Old\nnav:\n- index.md\n").file("docs/index.md", "# Home");
    desk.git(&["init", "-q"]);
    desk.git(&["remote", "add", "origin", "https://github.com/a/b.git"]);
    let (_, text) = said(&desk, &["init"]);
    assert!(text.contains("ordered by") && text.contains("mkdocs.yml"), "{text}");
    assert!(!desk.root().join(".gitlab").exists());
    let config = fs::read_to_string(desk.root().join("bindery.toml")).unwrap();
    assert!(config.contains("# title = "), "the title is that of the other tool: {config}");
    let nowhere = Desk::new();
    let (code, text) = said(&nowhere, &["init"]);
    assert_eq!(code, 0, "{text}");
    assert!(!nowhere.root().join(".gitignore").exists() && text.contains("no git repo"), "{text}");
}

#[test]
fn a_notebook_begins_from_a_template() {
    let desk = Desk::new().file("bindery.toml", "");
    let (code, text) = said(&desk, &["new", "runbooks/10-disk-full", "--title", "The \"disk\" is full"]);
    assert_eq!((code, text.as_str()), (0, "runbooks/10-disk-full.ipynb\n"));
    let made: Value =
        serde_json::from_slice(&fs::read(desk.root().join("runbooks/10-disk-full.ipynb")).unwrap()).unwrap();
    assert_eq!(made["metadata"]["kernelspec"]["name"], "bash");
    assert_eq!(made["nbformat"], 4);
    let (code, text) = said(&desk, &["new", "runbooks/10-disk-full.ipynb"]);
    assert!(code == 2 && text.contains("there already"), "{text}");
    let (code, text) = said(&desk, &["new", "x.ipynb", "--template", "runbok"]);
    assert!(code == 2 && text.contains("known are runbook, howto, postmortem"), "{text}");
    for (path, template) in [("b.md", "howto"), ("c.ipynb", "postmortem")] {
        assert_eq!(said(&desk, &["new", path, "--template", template]).0, 0);
    }
    let site = desk.build().fine();
    assert!(site.content("runbooks/10-disk-full.html").contains("id=\"impact\""));
    assert!(site.has("b.html") && site.has("c.html"));
    let (code, text) = said(&desk, &["check", "--strict"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_notebook_takes_the_kernel_of_its_neighbours() {
    let desk = Desk::new().file("bindery.toml", "").notebook("a.ipynb", nb([code("1")]));
    assert_eq!(said(&desk, &["new", "b.ipynb"]).0, 0);
    let made = fs::read_to_string(desk.root().join("b.ipynb")).unwrap();
    assert!(made.contains("\"name\": \"python3\"") && made.contains("%%bash"), "{made}");
    assert!(!made.contains("text/x-sh"), "nothing is left of the other language: {made}");
}

#[test]
fn a_site_has_templates_of_its_own() {
    let own = json!({
        "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# {{ title }}\n\n{{ date }} {{ other }}"}],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 4,
    });
    let desk = Desk::new()
        .file("bindery.toml", "")
        .notebook(".bindery/templates/runbook.ipynb", own)
        .file(".bindery/templates/note.md", "# {{ title }}\n");
    let (_, list) = said(&desk, &["new", "--list"]);
    assert!(list.contains("note ") && list.contains(".bindery/templates/runbook.ipynb"), "{list}");
    let mut command = desk.command(&["new", "a.ipynb"]);
    assert!(command.env("SOURCE_DATE_EPOCH", "1000000000").status().unwrap().success());
    let made = fs::read_to_string(desk.root().join("a.ipynb")).unwrap();
    assert!(made.contains("# A\\n") && made.contains("2001-09-09 {{ other }}"), "{made}");
    assert_eq!(said(&desk, &["new", "b.md", "-t", "note"]).0, 0);
    assert_eq!(fs::read_to_string(desk.root().join("b.md")).unwrap(), "# B\n");
    let (code, text) = said(&desk, &["new", "c.ipynb", "-t", "note"]);
    assert!(code == 2 && text.contains("`note` is one of Markdown"), "{text}");
    assert!(!desk.build().fine().files().iter().any(|file| file.contains("templates")));
    // What is no notebook makes none.
    for (text, why) in [
        ("{}", "nbformat"),
        (r#"{"metadata":[],"cells":[],"nbformat":4}"#, "metadata"),
        (r#"{"metadata":{},"nbformat":4}"#, "no cells"),
        ("words", "no notebook"),
    ] {
        let desk = Desk::new().file("bindery.toml", "").file(".bindery/templates/bad.ipynb", text);
        let (code, text) = said(&desk, &["new", "x.ipynb", "-t", "bad", "--kernel", "bash"]);
        assert!(code == 2 && text.contains(why), "{text}");
        assert!(!desk.root().join("x.ipynb").exists());
        assert_eq!(said(&desk, &["new", "y.ipynb"]).0, 0, "the others can be used");
    }
}

#[test]
fn the_program_describes_itself() {
    let desk =
        Desk::new().file("bindery.toml", "[site]\ntitle = \"T\"\n[check.rules]\nlink-dead = \"off\"\n");
    let (code, text) = said(&desk, &["config"]);
    let config: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code, 0);
    assert_eq!(config["title"], "T");
    assert_eq!(config["checks"]["rules"]["link-dead"], "off");
    let (_, schema) = said(&desk, &["config", "--schema"]);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["$defs"]["Site"]["additionalProperties"], false);
    assert_eq!(schema["properties"]["outputs"]["default"]["downloads"], true);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, text) = said(&desk, &["completions", shell]);
        assert!(code == 0 && text.contains("--archive"), "{shell}");
    }
    assert_eq!(said(&desk, &["man", "man"]).0, 0);
    let page = fs::read_to_string(desk.root().join("man/bindery-build.1")).unwrap();
    assert!(page.contains("\\-\\-review"), "{page}");
    assert!(desk.root().join("man/bindery-theme-new.1").is_file());
}

/// What GitLab makes of a path by a route map: the first pattern that fits the whole path holds.
fn routed(map: &str, path: &str) -> Option<String> {
    let lines: Vec<&str> = map.lines().filter(|line| !line.starts_with('#')).collect();
    lines.chunks_exact(2).find_map(|rule| {
        let value = |line: &str, key: &str| {
            line.trim_start_matches(['-', ' '])
                .strip_prefix(key)?
                .trim()
                .strip_prefix('\'')?
                .strip_suffix('\'')
                .map(str::to_owned)
        };
        let source = value(rule[0], "source:")?;
        let pattern = source.strip_prefix('/')?.strip_suffix('/')?.replace("\\/", "/");
        let pattern = regex::Regex::new(&format!("\\A{pattern}\\z")).unwrap();
        let public = value(rule[1], "public:")?.replace("\\1", "${1}");
        pattern.is_match(path).then(|| pattern.replace(path, public.as_str()).into_owned())
    })
}

#[test]
fn the_route_map_leads_from_each_source_to_its_page() {
    for (folder, below) in [("", ""), ("my docs", "my docs/")] {
        let desk = on_gitlab();
        let sources = ["README.md", "db/index.ipynb", "db/fail over.ipynb", "a.md", "dot.ted.ipynb"];
        let desk = sources.iter().fold(desk, |desk, source| {
            desk.file(
                &format!("{below}{source}"),
                if source.ends_with("md") { "# A".to_owned() } else { nb([md("# A")]).to_string() },
            )
        });
        let (code, text) = said(&desk, if folder.is_empty() { &["init"] } else { &["init", "my docs"] });
        assert_eq!(code, 0, "{text}");
        let map = fs::read_to_string(desk.root().join(".gitlab/route-map.yml")).unwrap();
        let built = if folder.is_empty() { desk.build() } else { desk.build_with(&["my docs"]) };
        for source in sources {
            let page = routed(&map, &format!("{below}{source}")).unwrap();
            assert!(built.has(&page), "{source}: {page} {:?}", built.files());
        }
        assert_eq!(routed(&map, "src/main.py"), None);
    }
}

#[cfg(unix)]
#[test]
fn what_leads_out_of_the_repo_is_not_followed_and_nothing_is_half_done() {
    let desk = on_gitlab();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), desk.root().join(".gitlab")).unwrap();
    let (code, text) = said(&desk, &["init"]);
    assert!(code == 2 && text.contains("leads out of the repo"), "{text}");
    assert!(!desk.root().join("bindery.toml").exists());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn what_lies_above_a_git_repo_is_not_its_business() {
    let outer = Desk::new()
        .file("bindery.toml", "[site]\ntitle = \"Outer\"\n")
        .file("inner/a.md", "# A\n\n[x](gone.md)");
    outer.git(&["init", "-q", "inner"]);
    let mut command = outer.command(&["check"]);
    let output = command.current_dir(outer.root().join("inner")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() == Some(1) && text.contains(" a.md:3:1"), "{text}");
}

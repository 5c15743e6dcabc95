//! The stages of a build on content like that of real repos: `cargo bench`.

#![allow(missing_docs, clippy::unwrap_used, reason = "benchmarks are no library")]

use bindery::config::OutputOptions;
use bindery::config::{self, Config};
use bindery::diagnostic::Note;
use bindery::notebook::{Around, Format, NoFiles, Notebook, Published};
use bindery::path::SitePath;
use bindery::render;
use bindery::secret::{Options, Secrets};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// Reads a file that comes without a repo.
fn read_file(bytes: &[u8], format: Format) -> (Notebook, Vec<Note>) {
    let config: Config = config::File::default().resolve(config::Surroundings::default()).unwrap();
    let path = SitePath::new("a.ipynb").unwrap();
    Notebook::read(bytes, format, &Around { path: &path, reading: &config.reading, files: &NoFiles })
}

fn notebook(cells: Vec<Value>) -> Vec<u8> {
    let metadata = json!({"language_info": {"name": "python"}});
    serde_json::to_vec(&json!({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}))
        .unwrap()
}

fn output(mime: &str, text: &str) -> Value {
    let outputs = json!([{"output_type": "display_data", "metadata": {}, "data": {mime: text}}]);
    json!({"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "show()", "outputs": outputs})
}

fn table(attribute: &str) -> String {
    let rows: String =
        (0..500).map(|n| format!("<tr>\n<th>{n}</th>\n<td{attribute}>{}</td>\n</tr>\n", n * 7)).collect();
    format!("<div>\n<table border=\"1\" class=\"dataframe\">\n<tbody>\n{rows}</tbody>\n</table>\n</div>")
}

/// Renders, once the memo of highlighted lines is warm.
fn renders(bencher: Bencher<'_, '_>, cells: Vec<Value>) {
    let bytes = notebook(cells);
    let published = Published::new(read_file(&bytes, Format::Ipynb).0);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench(|| render::body(black_box(&published), &OutputOptions::default()));
}

#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let picture = "iVBORw0KGgo".repeat(20_000);
    let bytes = notebook((0..20).map(|_| output("image/png", &picture)).collect());
    bencher.counter(BytesCount::new(bytes.len())).bench(|| read_file(black_box(&bytes), Format::Ipynb));
}

#[divan::bench]
fn prose(bencher: Bencher<'_, '_>) {
    let source = "## A heading\n\nSome *prose* with `code`, a [link](x.ipynb) and $x^2$.\n\n- one\n- two\n\n"
        .repeat(100);
    renders(bencher, vec![json!({"cell_type": "markdown", "metadata": {}, "source": source})]);
}

#[divan::bench]
fn prose_with_html(bencher: Bencher<'_, '_>) {
    let source =
        "## A heading\n\n<div class=\"alert alert-info\">Some *prose*</div>\n\nwith `code`.\n\n".repeat(100);
    renders(bencher, vec![json!({"cell_type": "markdown", "metadata": {}, "source": source})]);
}

#[divan::bench]
fn known_code(bencher: Bencher<'_, '_>) {
    let source = "def f(x):\n    return {'a': x, 'b': [1, 2, 3]}\n\n".repeat(100);
    renders(bencher, vec![json!({"cell_type": "code", "metadata": {}, "source": source, "outputs": []})]);
}

#[divan::bench]
fn new_code(bencher: Bencher<'_, '_>) {
    let rounds = std::sync::atomic::AtomicUsize::new(0);
    bencher
        .with_inputs(|| {
            let round = rounds.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let lines: String =
                (0..300).map(|n| format!("value_{n}_{round} = compute('{n}', depth={n})\n")).collect();
            let cell = json!({"cell_type": "code", "metadata": {}, "source": lines, "outputs": []});
            Published::new(read_file(&notebook(vec![cell]), Format::Ipynb).0)
        })
        .bench_values(|published| render::body(&published, &OutputOptions::default()));
}

#[divan::bench]
fn plain_table(bencher: Bencher<'_, '_>) {
    renders(bencher, vec![output("text/html", &table(""))]);
}

#[divan::bench]
fn any_table(bencher: Bencher<'_, '_>) {
    renders(bencher, vec![output("text/html", &table(" colspan=\"1\""))]);
}

/// Text of notebooks: code, prose, and logs of which few lines speak of credentials.
fn texts() -> Vec<String> {
    let why = |n: usize| if n % 40 == 7 { "token expired" } else { "connection refused" };
    let log =
        |n: usize| format!("2026-11-02T03:{:02}:07Z db-{n} ERROR could not connect: {}\n", n % 60, why(n));
    let source =
        "import os\nfrom ops.db import connect\n\nwith connect(\"db-1\") as db:\n    show(db.locks())\n";
    let prose = "# Restart the queue\n\nAsk the owner first, then follow the steps below.\n";
    (0..200).map(|n| format!("{source}{prose}{}", (n..n + 40).map(log).collect::<String>())).collect()
}

/// Looks for all kinds of secrets in texts that hold none.
fn finds(bencher: Bencher<'_, '_>, secrets: &Secrets) {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    let find = |texts: &[String]| texts.iter().map(|text| secrets.find(text, "a.ipynb").len()).sum::<usize>();
    bencher.counter(BytesCount::new(bytes)).bench(|| find(black_box(&texts)));
}

#[divan::bench]
fn secrets(bencher: Bencher<'_, '_>) {
    finds(bencher, &Secrets::default().thorough());
}

/// The same rules without their keywords: each is asked of each text.
#[divan::bench]
fn secrets_one_by_one(bencher: Bencher<'_, '_>) {
    let own = include_str!("../src/secret/secrets.toml");
    let lines = own.lines().filter(|line| !line.starts_with("keywords = "));
    let rules: String = lines.map(|line| format!("{}\n", line.replace("id = \"", "id = \"one-"))).collect();
    let disable = Secrets::default().kinds().iter().map(|kind| kind.id.clone()).collect();
    let options = Options { disable, ..Options::default() };
    finds(bencher, &Secrets::new(&options, &[("one.toml".to_owned(), rules)]).unwrap().thorough());
}

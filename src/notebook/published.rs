//! The notebook that readers get: without what its author removed.
//!
//! Whatever ends up in the site (pages, titles, links, downloads, `site.json`) is made from
//! [`Published`] and from nothing else. So *removed means gone* holds by type.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::decode::decode;
use super::json::{has_doubles, joined};
use super::{Cell, CellKind, Format, Lang, Notebook, Output, StreamName, Visibility, sift};

/// A notebook from which everything that shall be nowhere in the site is gone.
#[derive(Clone, Debug)]
pub struct Published {
    notebook: Notebook,
    cuts: HashMap<u32, Cut>,
    drop_widget_state: bool,
    drop_parameters: bool,
}

/// What was taken out of one cell of the file.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cut {
    cell: bool,
    input: bool,
    output: bool,
    stdout: bool,
    stderr: bool,
    attachments: Vec<String>,
    /// What is left of the source, where lines of it were dropped.
    source: Option<String>,
    /// Whether single outputs that ask for it are dropped.
    single: bool,
    /// Words whose lines are dropped from streams.
    words: Vec<String>,
    /// Whether it held the parameters of a run.
    parameters: bool,
}

/// A script made of the code cells of a notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The extension of its file, without the dot.
    pub extension: String,
    /// Its text: cells in the percent format, prose as comments.
    pub text: String,
}

/// Extensions of files that run or draw when a browser opens them.
const BROWSED: [&str; 8] = ["html", "xml", "svg", "xhtml", "css", "js", "vue", "svelte"];

/// The types under which VS Code keeps some streams.
pub(super) const VSCODE_STDOUT: &str = "application/vnd.code.notebook.stdout";
pub(super) const VSCODE_STDERR: &str = "application/vnd.code.notebook.stderr";

/// What papermill keeps of the machine that ran the notebook: nobody's business.
const PRIVATE: [&str; 3] = ["environment_variables", "input_path", "output_path"];

/// The keys of a cell's metadata that stay where something of it was cut: marks, and nothing that
/// an editor or a kernel may have kept of the source or the outputs.
const HARMLESS: [&str; 18] = [
    "tags",
    "jupyter",
    "collapsed",
    "scrolled",
    "slideshow",
    "name",
    "nbsphinx",
    "editable",
    "deletable",
    "trusted",
    "vscode",
    "format",
    "raw_mimetype",
    "cellView",
    "polyglot_notebook",
    "dotnet_interactive",
    "kernel",
    "language",
];

const WIDGET_VIEW: &str = "application/vnd.jupyter.widget-view+json";

impl Published {
    /// Takes out what is marked as removed, and what nothing refers to any more: attachments and
    /// the saved state of widgets.
    pub fn new(mut notebook: Notebook) -> Self {
        let mut cuts = HashMap::new();
        notebook.cells.retain_mut(|cell| {
            let cut = cut(cell);
            let keep = !cut.cell;
            if cut != Cut::default() {
                cuts.insert(cell.at.number, cut);
            }
            keep
        });
        // Which value came from which cell is not known here: with one of them go all.
        let drop_parameters = cuts.values().any(|cut: &Cut| cut.parameters);
        if let Some(run) = notebook.run.as_mut().filter(|_| drop_parameters) {
            run.parameters.clear();
        }
        // So with widgets: with an output goes the state.
        let cut_outputs = cuts.values().any(Cut::touches_outputs);
        let drop_widget_state = cut_outputs
            || !notebook.cells.iter().any(|cell| {
                match &cell.kind {
            CellKind::Code(code) => code.outputs.iter().any(
                |output| matches!(output, Output::Data { bundle, .. } if bundle.get(WIDGET_VIEW).is_some()),
            ),
            _ => false,
        }
            });
        Self { notebook, cuts, drop_widget_state, drop_parameters }
    }

    /// The notebook as readers may see it.
    pub fn notebook(&self) -> &Notebook {
        &self.notebook
    }

    /// Whether anything was taken out of it.
    pub fn is_cut(&self) -> bool {
        !self.cuts.is_empty()
    }

    /// The file for download: the very bytes of the source where nothing was removed and no secret
    /// stands in it, else a copy without it. `None` where the bytes cannot be filtered, so that nothing leaks.
    pub fn copy<'a>(&self, bytes: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let place = (&self.notebook.secrets, self.notebook.path.as_str());
        let (secrets, path) = place;
        let text = decode(bytes, &mut Vec::new());
        if self.notebook.format != Format::Ipynb && self.cuts.is_empty() {
            return Some(match secrets.redacted(&text, path) {
                Some(text) => Cow::Owned(text.into_bytes()),
                None => Cow::Borrowed(bytes),
            });
        }
        let holds = |needle: &str| memchr::memmem::find(bytes, needle.as_bytes()).is_some();
        let has_state = self.drop_widget_state && holds("widget-state+json");
        let has_run = holds("\"papermill\"") && PRIVATE.iter().any(|key| holds(&format!("\"{key}\"")));
        // Reading saw all that stands there, but for keys that stand twice.
        let has_secrets = self.notebook.has_redacted || has_doubles(&text);
        if self.cuts.is_empty() && !has_state && !has_run && !has_secrets {
            return Some(Cow::Borrowed(bytes));
        }
        // Out of a text nothing is cut: there is no copy of it then.
        if self.notebook.format != Format::Ipynb {
            return None;
        }
        let mut json: Value = serde_json::from_slice(bytes).ok()?;
        sift::redact_json(&mut json, place, &text);
        if let Some(metadata) = json.get_mut("metadata").and_then(Value::as_object_mut) {
            self.filter_metadata(metadata);
        }
        let mut number = 0;
        if let Some(Value::Array(cells)) = json.get_mut("cells") {
            self.filter(cells, &mut number);
        } else if let Some(Value::Array(sheets)) = json.get_mut("worksheets") {
            for sheet in sheets {
                self.filter(sheet.get_mut("cells")?.as_array_mut()?, &mut number);
            }
        }
        let mut out = Vec::with_capacity(bytes.len());
        let one_space = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut writer = serde_json::Serializer::with_formatter(&mut out, one_space);
        serde::Serialize::serialize(&json, &mut writer).ok()?;
        out.push(b'\n');
        Some(Cow::Owned(out))
    }

    fn filter_metadata(&self, metadata: &mut Map<String, Value>) {
        if self.drop_widget_state {
            metadata.remove("widgets");
        }
        if let Some(run) = metadata.get_mut("papermill").and_then(Value::as_object_mut) {
            PRIVATE.iter().for_each(|key| drop(run.remove(*key)));
            if self.drop_parameters {
                run.remove("parameters");
            }
        }
        let databricks = metadata.get_mut("application/vnd.databricks.v1+notebook");
        if let Some(databricks) = databricks.and_then(Value::as_object_mut).filter(|_| self.drop_parameters) {
            databricks.remove("widgets");
        }
    }

    fn filter(&self, cells: &mut Vec<Value>, number: &mut u32) {
        cells.retain_mut(|cell| {
            *number += 1;
            let Some(cut) = self.cuts.get(number) else { return true };
            if cut.cell {
                return false;
            }
            if let Value::Object(cell) = cell {
                cut.apply(cell);
            }
            true
        });
    }

    /// The notebook as a script: code as it stands, prose as comments, in the percent format that
    /// editors understand. `None` for Markdown pages and where there is no code.
    pub fn script(&self) -> Option<Script> {
        let notebook = &self.notebook;
        let has_code = notebook.cells.iter().any(|cell| matches!(&cell.kind, CellKind::Code(_)));
        if !has_code {
            return None;
        }
        let leader = notebook.lang.comment()?;
        let mut text = String::new();
        if notebook.lang.name() == "bash" {
            text.push_str("#!/usr/bin/env bash\n");
        }
        for cell in &notebook.cells {
            let source = cell.source.trim_end();
            if source.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            match &cell.kind {
                CellKind::Code(code) => {
                    let foreign = code.lang != notebook.lang && !source.starts_with('%');
                    text.push_str(&format!("{leader} %%\n"));
                    for line in cell.head.lines().chain(source.lines()) {
                        // What the language itself cannot run stands as a comment.
                        let magic = line.starts_with('%')
                            || (line.starts_with('!') && notebook.lang.name() == "python");
                        if foreign || magic || source.starts_with("%%") {
                            text.push_str(leader);
                            text.push(' ');
                        }
                        text.push_str(line);
                        text.push('\n');
                    }
                }
                CellKind::Markdown => {
                    text.push_str(&format!("{leader} %% [markdown]\n"));
                    for line in source.lines() {
                        text.push_str(format!("{leader} {line}").trim_end());
                        text.push('\n');
                    }
                }
                CellKind::Raw(_) => {}
            }
        }
        let named = notebook.file_extension.as_deref();
        let known = named.and_then(|named| Lang::extensions().find(|known| *known == named));
        let extension = known.unwrap_or_else(|| notebook.lang.extension());
        // What a browser would show as a page of its own must not come from a notebook.
        let extension = if BROWSED.contains(&extension) { "txt" } else { extension };
        Some(Script { extension: extension.to_owned(), text })
    }
}

/// Cuts one cell, and says what was cut.
fn cut(cell: &mut Cell) -> Cut {
    let options = &cell.options.clone();
    let input = options.input == Visibility::Remove;
    let output = options.output == Visibility::Remove;
    let mut cut = Cut {
        cell: options.cell == Visibility::Remove || (input && output),
        input,
        output,
        ..Cut::default()
    };
    if let CellKind::Code(code) = &mut cell.kind {
        if output {
            code.outputs.clear();
        }
        if !options.filtered_words.is_empty() {
            cut.words.clone_from(&options.filtered_words);
            for output in &mut code.outputs {
                if let Output::Stream { text, .. } = output {
                    *text = without(text, &cut.words);
                }
            }
        }
        code.outputs.retain(|output| match output {
            Output::Data { metadata, .. } if wants_removal(metadata.get("tags")) => {
                cut.single = true;
                false
            }
            Output::Stream { name: StreamName::Stdout, .. } if options.remove_stdout => {
                cut.stdout = true;
                false
            }
            Output::Stream { name: StreamName::Stderr, .. } if options.remove_stderr => {
                cut.stderr = true;
                false
            }
            _ => true,
        });
    } else if input {
        // Prose and raw text have nothing but their input.
        cut.cell = true;
    }
    cut.parameters = (cut.cell || input) && (options.parameters.is_some() || !options.form.is_empty());
    if input {
        cell.source.clear();
        cell.head.clear();
        cell.form_prose.clear();
        cell.options.form.clear();
    } else if cell.hidden_lines {
        cut.source = Some(format!("{}{}", cell.head, cell.source));
    }
    let used: HashSet<String> = used_attachments(&cell.source);
    let source = &cell.source;
    cell.attachments.retain(|attachment| {
        let keep =
            used.contains(&attachment.name) || source.contains(&format!("attachment:{}", attachment.name));
        if !keep {
            cut.attachments.push(attachment.name.clone());
        }
        keep
    });
    cut
}

/// Whether the tags of one output ask for its removal (nbconvert's `remove_single_output_tags`).
fn wants_removal(tags: Option<&Value>) -> bool {
    let tags = tags.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    tags.map(|tag| tag.replace('_', "-"))
        .any(|tag| matches!(tag.as_str(), "remove-output" | "remove-single-output"))
}

/// `text` without the lines that hold one of `words`.
fn without(text: &str, words: &[String]) -> String {
    text.split_inclusive('\n').filter(|line| !words.iter().any(|word| line.contains(word.as_str()))).collect()
}

/// Drops lines of a stream in a file, also where VS Code keeps it as data.
fn drop_lines(output: &mut Value, words: &[String]) {
    let drop_from = |text: &mut Value| {
        let Some(whole) = joined(text) else { return };
        *text = Value::String(without(&whole, words));
    };
    if output.get("output_type").and_then(Value::as_str) == Some("stream")
        && let Some(text) = output.get_mut("text")
    {
        drop_from(text);
    }
    for mime in [VSCODE_STDOUT, VSCODE_STDERR] {
        if let Some(text) = output.get_mut("data").and_then(|data| data.get_mut(mime)) {
            drop_from(text);
        }
    }
}

/// The names behind `attachment:` in a source, percent-decoded.
fn used_attachments(source: &str) -> HashSet<String> {
    source
        .match_indices("attachment:")
        .filter_map(|(at, key)| {
            let rest = &source[at + key.len()..];
            let end = rest.find([')', '"', '\'', '>', '<', ' ', '\n', ']']).unwrap_or(rest.len());
            crate::path::percent_decode(&rest[..end])
        })
        .collect()
}

impl Cut {
    fn touches_outputs(&self) -> bool {
        let parts = [self.cell, self.output, self.stdout, self.stderr, self.single, !self.words.is_empty()];
        parts.contains(&true)
    }

    /// Takes the same out of the cell's JSON.
    fn apply(&self, cell: &mut Map<String, Value>) {
        for key in ["source", "input"] {
            if self.input && cell.contains_key(key) {
                cell.insert(key.to_owned(), Value::String(String::new()));
            }
        }
        if let Some(source) = &self.source {
            for key in ["source", "input"] {
                if cell.contains_key(key) {
                    cell.insert(key.to_owned(), Value::String(source.clone()));
                }
            }
        }
        let is_cut = self.input || self.source.is_some() || self.touches_outputs();
        if let Some(Value::Object(metadata)) = cell.get_mut("metadata").filter(|_| is_cut) {
            metadata.retain(|key, _| HARMLESS.contains(&key.as_str()));
        }
        if let Some(Value::Array(outputs)) = cell.get_mut("outputs") {
            if self.output {
                outputs.clear();
            }
            if !self.words.is_empty() {
                outputs.iter_mut().for_each(|output| drop_lines(output, &self.words));
            }
            outputs.retain(|output| {
                if self.single
                    && wants_removal(output.get("metadata").and_then(|metadata| metadata.get("tags")))
                {
                    return false;
                }
                let word = |key: &str| output.get(key).and_then(Value::as_str);
                let stream = word("output_type") == Some("stream");
                let stderr = word("name").or_else(|| word("stream")) == Some("stderr");
                let holds = |mime: &str| output.get("data").is_some_and(|data| data.get(mime).is_some());
                !(stream && ((stderr && self.stderr) || (!stderr && self.stdout)))
                    && !(self.stderr && holds(VSCODE_STDERR))
                    && !(self.stdout && holds(VSCODE_STDOUT))
            });
        }
        if let Some(Value::Object(attachments)) = cell.get_mut("attachments") {
            attachments.retain(|name, _| !self.attachments.contains(name));
        }
    }
}

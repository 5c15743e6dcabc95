//! Cells between the file and the model: every reader makes [`Draft`]s, and this room makes the
//! notebook of them: front matter taken out, languages named, marks settled.

use serde_json::{Map, Value};

use super::gather::{Gatherer, unknown};
use super::head::{self, Head};
use super::include::{self, Around};
use super::marks::{self, Place};
use super::options::Visibility;
use super::run::{self, Run};
use super::sift::{Part, Sieve};
use super::text;
use super::{
    Attachment, Cell, CellKind, Code, Format, FrontMatter, Lang, MimeBundle, MimeData, Notebook, Output,
};
use crate::config::Language;
use crate::diagnostic::{CellRef, Note};

/// A cell whose kind is still a word and whose options are still metadata.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) at: CellRef,
    /// `markdown`, `code` or `raw`.
    pub(super) kind: &'static str,
    pub(super) source: String,
    pub(super) metadata: Map<String, Value>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) count: Option<u64>,
    pub(super) outputs: Vec<Output>,
    pub(super) lang: Option<Lang>,
}

impl Draft {
    /// A cell of a text file.
    pub(super) fn of_text(kind: &'static str, source: String, at: CellRef) -> Self {
        Self {
            at,
            kind,
            source,
            metadata: Map::new(),
            attachments: Vec::new(),
            count: None,
            outputs: Vec::new(),
            lang: None,
        }
    }

    /// Whether it is the badge that Colab puts in front of a notebook, and nothing else.
    fn is_badge(&self) -> bool {
        let source = self.source.trim();
        self.metadata.get("id").and_then(Value::as_str) == Some("view-in-github")
            && source.contains("colab-badge")
            && (source.starts_with("<a ") && source.ends_with("</a>") && source.matches("<a ").count() == 1
                || source.starts_with("[![") && source.ends_with(')') && !source.contains('\n'))
    }

    /// Whether its author or the site removed it: then nothing of it may be taken over as the head
    /// of the page.
    fn is_removed(&self, metadata: &Map<String, Value>, around: &Around<'_>) -> bool {
        let none = Map::new();
        let mut gatherer = Gatherer::new((&none, &none), metadata, around.path, around.reading);
        let mut source = self.source.clone();
        let head =
            Head { is_code: false, ..Head::take(&mut source, &Lang::none(), &self.at, &mut Vec::new()) };
        !gatherer.options(&self.metadata, &head, &self.at, &mut Vec::new()).shows_input()
    }
}

/// Makes a notebook of its cells and its metadata.
pub(super) fn notebook(
    format: Format,
    (metadata, mut drafts): (Map<String, Value>, Vec<Draft>),
    around: &Around<'_>,
    notes: &mut Vec<Note>,
) -> Notebook {
    let mut notebook = Notebook::empty(format);
    notebook.lang = Lang::of_metadata(&metadata);
    if notebook.lang.is_none() {
        // Formats 3 and 2, and text forms, name the language in each cell.
        notebook.lang = drafts.iter().find_map(|cell| cell.lang.clone()).unwrap_or_default();
    }
    if notebook.lang.is_none() {
        notebook.lang = configured(&metadata, &around.reading.languages);
    }
    let kernelspec =
        |key: &str| metadata.get("kernelspec").and_then(|spec| spec.get(key)).and_then(Value::as_str);
    notebook.kernel = kernelspec("display_name").or_else(|| kernelspec("name")).map(str::to_owned);
    notebook.file_extension = metadata
        .get("language_info")
        .and_then(|info| info.get("file_extension"))
        .and_then(Value::as_str)
        .map(|extension| extension.trim_start_matches('.').to_owned())
        .filter(|extension| {
            (1..=8).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    notebook.dialects = around.reading.dialects;
    drafts.retain(|draft| !draft.is_badge());
    front_matter(&mut notebook, &mut drafts, (&metadata, around), notes);
    check_metadata(&metadata, notes);
    notebook.run = Run::read(&metadata);
    notebook.has_slides = ["rise", "livereveal"].iter().any(|key| metadata.contains_key(*key));
    let project = include::project(around);
    let all = (&project, &notebook.front.all);
    let mut gatherer = Gatherer::new(all, &metadata, around.path, around.reading);
    for draft in drafts.iter().filter(|draft| draft.kind == "code") {
        gatherer.for_all(&text::options_of_all(&draft.source));
    }
    notebook.cells = drafts.into_iter().map(|draft| finish(draft, &mut gatherer, &notebook, notes)).collect();
    let mut hidden = text::Hidden::default();
    for cell in &mut notebook.cells {
        if matches!(cell.kind, CellKind::Markdown) {
            let with = (&mut gatherer, &mut hidden);
            cell.hidden_lines |= text::take_out(&mut cell.source, with, &cell.at, notes);
        } else if hidden.hides() {
            cell.options.cell = Visibility::Remove;
        }
    }
    include::gather(&mut notebook, around, &mut gatherer, notes);
    notebook
}

/// The language that the site's configuration gives to a notebook that names none.
fn configured(metadata: &Map<String, Value>, languages: &Language) -> Lang {
    let kernel = metadata.get("kernelspec").and_then(|spec| spec.get("name")).and_then(Value::as_str);
    let named = kernel.and_then(|kernel| languages.kernels.get(kernel)).or(languages.default.as_ref());
    named.map(|name| Lang::new(name)).unwrap_or_default()
}

/// Takes the front matter out of the first cell, or the title out of the metadata.
fn front_matter(
    notebook: &mut Notebook,
    drafts: &mut Vec<Draft>,
    (metadata, around): (&Map<String, Value>, &Around<'_>),
    notes: &mut Vec<Note>,
) {
    let mut map = Map::new();
    let first = drafts.first_mut().filter(|first| first.kind != "code");
    if let Some(first) = first.filter(|first| !first.is_removed(metadata, around)) {
        let split = FrontMatter::split(&first.source, notes).map(|(map, rest)| (map, rest.to_owned()));
        if let Some((found, rest)) = split {
            map = found;
            if rest.trim().is_empty() {
                drafts.remove(0);
            } else {
                let before = first.source.lines().count() - rest.lines().count();
                first.at.line = first.at.line.saturating_add(u32::try_from(before).unwrap_or(0));
                first.source = rest;
            }
        } else if first.kind == "markdown"
            && let Some(found) = FrontMatter::nbdev(&first.source)
        {
            map = found;
            drafts.remove(0);
        }
    }
    let fallback = |key: &str, place: Option<&Value>, map: &mut Map<String, Value>| {
        if let Some(value) = place.filter(|value| !value.is_null() && !map.contains_key(key)) {
            map.insert(key.to_owned(), value.clone());
        }
    };
    for key in ["title", "authors", "description", "tags", "draft"] {
        fallback(key, metadata.get(key).filter(|value| key != "tags" || value.is_array()), &mut map);
    }
    let databricks = metadata.get("application/vnd.databricks.v1+notebook");
    fallback("title", databricks.and_then(|meta| meta.get("notebookName")), &mut map);
    let orphan = metadata.get("nbsphinx").and_then(|nbsphinx| nbsphinx.get("orphan"));
    fallback("orphan", orphan, &mut map);
    // What YAML reads may not be what was written: escapes, folded lines.
    let mut sieve = Sieve::of_values(around);
    sieve.values_of(&mut map, Part { cell: None, name: "the front matter", is_source: false });
    notes.append(&mut sieve.notes);
    notebook.found.append(&mut sieve.values);
    notebook.front = FrontMatter::read(map, notes);
}

/// Says which keys of the notebook's metadata the table does not know.
fn check_metadata(metadata: &Map<String, Value>, notes: &mut Vec<Note>) {
    for key in metadata.keys() {
        let known = marks::find(Place::Notebook, key).is_some()
            || marks::leads_into(Place::Notebook, key)
            || marks::find(Place::Front, key).is_some();
        if !known {
            notes.push(unknown(Place::Notebook, key));
        }
    }
}

fn finish(draft: Draft, gatherer: &mut Gatherer<'_>, notebook: &Notebook, notes: &mut Vec<Note>) -> Cell {
    let Draft { mut at, kind, mut source, metadata, attachments, count, outputs, lang } = draft;
    let editor = metadata.get("vscode").and_then(|vscode| vscode.get("languageId")).and_then(Value::as_str);
    let (mut head, mut form, mut hidden_lines) = (Head::default(), head::Form::default(), false);
    let kind = match kind {
        "markdown" => CellKind::Markdown,
        "raw" => {
            let mime = ["raw_mimetype", "format"].iter().find_map(|key| metadata.get(*key)?.as_str());
            CellKind::Raw(mime.unwrap_or_default().to_owned())
        }
        _ if editor == Some("raw") => CellKind::Raw(String::new()),
        _ => match prose_of(&source) {
            Some(prose) => {
                source = prose;
                CellKind::Markdown
            }
            None => {
                let lang = Lang::of_magic(&source, &notebook.lang)
                    .or_else(|| Lang::of_cell(&metadata, editor))
                    .or(lang)
                    .unwrap_or_else(|| notebook.lang.clone());
                head = Head::take(&mut source, &lang, &at, notes);
                hidden_lines = head::drop_hidden_lines(&mut source);
                form = head::form(&source);
                CellKind::Code(Code { lang, count, outputs, ran: run::of_cell(&metadata) })
            }
        },
    };
    let mut options = gatherer.options(&metadata, &head, &at, notes);
    if options.title.is_none() {
        options.title = form.title;
    }
    options.form = form.parameters;
    // Behind a fold nobody sees the values that a run was given.
    if options.parameters.is_some() && options.input == Visibility::Collapse && options.form.is_empty() {
        options.form = head::assignments(&source);
    }
    if at.spread {
        at.line = at.line.saturating_add(head.lines);
    }
    Cell {
        at,
        kind,
        source,
        options,
        attachments,
        head: head.text,
        form_prose: form.prose,
        hidden_lines,
        results: results(&metadata),
    }
}

/// The prose of a code cell that is Markdown all the same: Databricks' `%md`, polyglot `#!markdown`.
fn prose_of(source: &str) -> Option<String> {
    let text = source.trim_start();
    let rest =
        ["%md-sandbox", "%md", "#!markdown", "#!md"].iter().find_map(|magic| text.strip_prefix(magic))?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start_matches([' ', '\n']).to_owned())
}

/// What MyST saved of inline expressions (`user_expressions`).
fn results(metadata: &Map<String, Value>) -> Vec<(String, MimeBundle)> {
    let list = metadata.get("user_expressions").and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|one| {
        let name = one.get("expression")?.as_str()?.to_owned();
        let data = one.get("result")?.get("data")?.as_object()?;
        let texts = data.iter().filter_map(|(mime, value)| {
            Some((mime.to_lowercase(), MimeData::Text(value.as_str()?.to_owned())))
        });
        Some((name, MimeBundle(texts.collect())))
    })
    .collect()
}

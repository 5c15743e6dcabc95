//! What open pages are told over their sockets.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::{Answer, Version};
use super::editor::Editor;
use super::preview::Preview;
use super::state::Shown;
use crate::diagnostic::{Note, Severity};
use crate::path::{SitePath, encode_fragment};
use crate::secret::Secrets;

/// What a page is told about itself and the site.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    /// The source of the page, relative to the root of the repo; empty where it has none.
    source: String,
    /// Opens it where it is written.
    edit: Option<String>,
    /// What was found in it.
    problems: Vec<Problem>,
    /// Why it cannot be read now; what is shown is the last that could.
    broken: Vec<Problem>,
    /// What is wrong with the configuration or the theme; what is shown is the last that was good.
    trouble: Option<String>,
    /// How many sources were not read so far.
    unread: usize,
    /// Words of the interface.
    words: Map<String, Value>,
}

/// Something that was found in a source.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    severity: Severity,
    rule: &'static str,
    message: String,
    help: Option<String>,
    cell: Option<u32>,
    line: Option<u32>,
    /// The place on the page.
    place: Option<String>,
    edit: Option<String>,
}

/// How many sources that cannot be read are told to pages that have none.
const MAX_UNREADABLE: usize = 50;

/// What a page is told to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "camelCase")]
pub(super) enum Order {
    /// To load itself again.
    Reload,
    /// To take another style sheet, relative to the root of the site; it is this version then.
    Restyle { css: String, whole: String, unstyled: String },
    /// To show how things stand.
    Show(State),
}

/// A page as its reader has it open.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) at: SitePath,
    pub(super) is_folder: bool,
    pub(super) whole: String,
    pub(super) unstyled: String,
}

impl Preview {
    /// Whether the last change was one of this very page: it is told first.
    pub(super) fn was_touched(&self, open: &Open) -> bool {
        let shown = self.shown();
        let at = if open.is_folder { open.at.child("index.html") } else { open.at.clone() };
        let page = shown.site.page_at_url(&at);
        page.is_some_and(|page| shown.touched.contains(shown.site.source(page)))
    }

    /// What a page has to be told, for what it shows.
    pub(super) fn tell_page(&self, open: &Open, editor: &Editor) -> Vec<Order> {
        let answer = self.answer_without_bytes(open);
        let Version { whole, unstyled, css } = answer.version.clone();
        let state = Order::Show(self.state_of(&answer, editor));
        if whole == open.whole {
            vec![state]
        } else if unstyled == open.unstyled && !unstyled.is_empty() {
            vec![Order::Restyle { css, whole, unstyled }, state]
        } else {
            vec![Order::Reload]
        }
    }

    /// What stands where a page is open: made once for all who have it open.
    fn answer_without_bytes(&self, open: &Open) -> Arc<Answer> {
        let place = (open.at.clone(), open.is_folder);
        let (known, number) = {
            let shown = self.shown();
            let answers = shown.answers.lock().unwrap_or_else(PoisonError::into_inner);
            (answers.get(&place).cloned(), shown.number)
        };
        known.unwrap_or_else(|| {
            let mut answer = self.answer(&open.at, open.is_folder);
            answer.bytes = Vec::new();
            let answer = Arc::new(answer);
            let shown = self.shown();
            if shown.number == number {
                shown.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(place, answer.clone());
            }
            answer
        })
    }

    fn state_of(&self, answer: &Answer, editor: &Editor) -> State {
        let shown = self.shown();
        let root = self.subject.root.as_path();
        let mut problems = Vec::new();
        let mut broken = Vec::new();
        if let Some(source) = &answer.source {
            let of = |note: &Note| Problem::new(note, (root, source, editor));
            let known = |from: &std::collections::BTreeMap<SitePath, Vec<Note>>| -> Vec<Problem> {
                from.get(source).into_iter().flatten().map(of).collect()
            };
            let said = shown.said.get(source).into_iter().flatten();
            let of_links = answer.notes.iter().filter(|said| said.file == *source).map(|said| &said.note);
            let others = said.chain(of_links).cloned();
            // What the check says of a page holds all that was found when it was read.
            let look = shown
                .basis
                .source(source)
                .zip(shown.keys.get(source))
                .and_then(|(file, key)| self.checked.look((&self.subject, &shown.basis), (file, *key)));
            problems = match look {
                Some(look) => look.notes(others).iter().map(of).collect(),
                None => known(&shown.notes).into_iter().chain(others.map(|note| of(&note))).collect(),
            };
            problems.sort_by_key(|problem| (std::cmp::Reverse(problem.severity), problem.cell, problem.line));
            broken = known(&shown.broken);
        } else {
            // Where no source is shown, all that cannot be read is told.
            let unreadable = shown.broken.iter().chain(shown.notes.iter());
            for (source, notes) in unreadable {
                let errors = notes.iter().filter(|note| note.severity == Severity::Error);
                problems.extend(errors.map(|note| Problem {
                    message: format!("{source}: {}", note.message),
                    place: None,
                    ..Problem::new(note, (root, source, editor))
                }));
            }
            problems.truncate(MAX_UNREADABLE);
        }
        State {
            edit: answer.source.as_ref().map(|source| editor.url(root, source, 1)),
            source: answer.source.as_ref().map(ToString::to_string).unwrap_or_default(),
            problems,
            broken,
            trouble: shown.trouble.clone().or_else(|| answer.trouble.clone()),
            unread: shown.unread.len(),
            words: shown.words(),
        }
    }
}

impl Preview {
    /// What is taken for a secret, as the configuration had it when the preview began.
    pub(super) fn secrets(&self) -> Secrets {
        self.shown().basis.config.reading.secrets.clone()
    }

    /// A word of the interface.
    pub(super) fn word(&self, key: &str) -> String {
        self.shown().basis.theme.labels().get(key).to_owned()
    }
}

impl Shown {
    fn words(&self) -> Map<String, Value> {
        self.basis.theme.labels().family("live_")
    }
}

impl Problem {
    fn new(note: &Note, (root, source, editor): (&Path, &SitePath, &Editor)) -> Self {
        // What was written as text has lines, and no cells that its author counts.
        let is_text = source.extension() != "ipynb";
        let id = note.cell.as_ref().map(|cell| match &cell.id {
            Some(id) => format!("cell-id={id}"),
            None => format!("b:{}", cell.number),
        });
        Self {
            severity: note.severity,
            rule: note.rule.id(),
            message: note.message.clone(),
            help: note.help.clone(),
            cell: note.cell.as_ref().map(|cell| cell.number).filter(|_| !is_text),
            line: if is_text { note.file_line() } else { note.line },
            place: id.map(|id| format!("#{}", encode_fragment(&id))),
            edit: note.file_line().map(|line| editor.url(root, source, line)),
        }
    }
}

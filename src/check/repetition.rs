//! The same code in several notebooks: where a helper library wants to be born.

use std::collections::{BTreeMap, BTreeSet};

use super::Whole;
use super::scope::Scope;
use crate::config::checks::Asked;
use crate::diagnostic::{CellRef, Diagnostic, Note, Rule};
use crate::digest::Digest;
use crate::notebook::{CellKind, Notebook};
use crate::path::SitePath;

/// The code of one cell, for comparing.
pub(super) struct Print {
    /// Of its source, white space apart.
    digest: Digest,
    /// How many lines it has.
    lines: usize,
    pub(super) at: CellRef,
}

/// How many places are named.
const MAX_NAMED: usize = 20;

/// The prints of a notebook's code.
pub(super) fn prints(notebook: &Notebook, asked: &Asked) -> Vec<Print> {
    let mut prints = Vec::new();
    for cell in &notebook.cells {
        let CellKind::Code(code) = &cell.kind else { continue };
        let leader = code.lang.comment().unwrap_or("#");
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = cell.source.lines().map(words).filter(|line| !line.is_empty()).collect();
        if cell.options.parameters.is_some() {
            continue;
        }
        // Imports, comments and the wishes of an editor are no code to share, nor are values.
        let counts = |line: &&String| {
            !line.starts_with(leader)
                && !is_value(line)
                && !["import ", "from ", "using ", "require ", "library(", "%", "#r "]
                    .iter()
                    .any(|start| line.starts_with(start))
        };
        let counted = lines.iter().filter(counts).count();
        if counted >= asked.limits.repeat_lines {
            prints.push(Print {
                digest: Digest::of(lines.join("\n").as_bytes()),
                lines: counted,
                at: cell.at.clone(),
            });
        }
    }
    prints
}

/// Whether a line gives a name to a value that is written out.
fn is_value(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '$' | '.');
    name.chars().all(is_name)
        && !value.contains('(')
        && value
            .trim_start()
            .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\'' | '[' | '{' | '-'))
}

/// What stands in as many notebooks as the repo allows or more: said at its first place, of those
/// that are wanted.
pub(super) fn of_pages(whole: &Whole<'_>, scope: &Scope) -> Vec<Diagnostic> {
    let mut places: BTreeMap<Digest, Vec<(&SitePath, &Print)>> = BTreeMap::new();
    for survey in whole.surveys.iter().filter(|survey| !survey.record.front.draft) {
        for print in &survey.prints {
            places.entry(print.digest).or_default().push((&survey.record.source, print));
        }
    }
    let mut said = Vec::new();
    for places in places.into_values() {
        let files: BTreeSet<&SitePath> = places.iter().map(|(file, _)| *file).collect();
        let is_wanted = |(file, _): &&(&SitePath, &Print)| scope.wants(file);
        let Some((file, print)) = places.iter().find(is_wanted) else { continue };
        let least = whole.survey_of(file).map_or(usize::MAX, |survey| survey.asked.limits.repeats);
        if files.len() < least {
            continue;
        }
        let others = places.iter().filter(|(other, at)| *other != *file || at.at != print.at);
        let mut named: Vec<String> = others
            .clone()
            .take(MAX_NAMED)
            .map(|(file, print)| format!("`{file}` cell {}", print.at.number))
            .collect();
        let left = others.count() - named.len();
        if left > 0 {
            named.push(format!("{left} more places"));
        }
        let message = format!(
            "these {} lines of code stand in {} notebooks, also in {}",
            print.lines,
            files.len(),
            named.join(", ")
        );
        let note = Note::info(Rule::CodeRepeated, message).in_cell(&print.at);
        said.push(Diagnostic::new(
            file,
            note.help("move them to a module or a script that the notebooks share"),
        ));
    }
    said
}

//! Diagnostics for people: with file, cell, line, and an excerpt of the source.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Rule, Severity};
use crate::disk;
use crate::path::SitePath;
use crate::secret::Secrets;

/// Files larger than this are not read again for an excerpt, in bytes.
const MAX_FILE: usize = 4 * 1024 * 1024;
/// The longest excerpt, in characters, and how much of a line is looked at for it.
const MAX_EXCERPT: usize = 160;
const MAX_LINE: usize = 4096;

/// Prints diagnostics of at least the severity `least`, sorted by place.
#[derive(Debug)]
pub struct Report<'a> {
    /// The root of the repo, to read excerpts from.
    pub root: &'a Path,
    /// What is too small to be said.
    pub least: Severity,
    /// Whether the terminal shows colours.
    pub colour: bool,
    /// What no excerpt may hold.
    pub secrets: &'a Secrets,
}

impl Report<'_> {
    /// The report as text; empty where there is nothing to say.
    pub fn text(&self, diagnostics: &[Diagnostic]) -> String {
        let renderer = if self.colour { Renderer::styled() } else { Renderer::plain() };
        let mut files: HashMap<&SitePath, Option<Vec<String>>> = HashMap::new();
        // Where a secret stands, no line is quoted, whatever else is wrong with it.
        let closed: HashSet<(&SitePath, Option<u32>)> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.note.rule == Rule::Secret)
            .map(|diagnostic| (&diagnostic.file, diagnostic.note.file_line()))
            .collect();
        let mut out = String::new();
        for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.note.severity >= self.least) {
            let text = files.entry(&diagnostic.file).or_insert_with(|| {
                let bytes = disk::read_inside(self.root, &diagnostic.file).ok()?;
                let lines = || String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect();
                (bytes.len() <= MAX_FILE).then(lines)
            });
            let is_closed = closed.contains(&(&diagnostic.file, diagnostic.note.file_line()));
            let text = text.as_deref().filter(|_| !is_closed);
            let _ = writeln!(out, "{}", one(diagnostic, (text, self.secrets), &renderer));
        }
        out
    }
}

fn one(
    diagnostic: &Diagnostic,
    (lines, secrets): (Option<&[String]>, &Secrets),
    renderer: &Renderer,
) -> String {
    let note = &diagnostic.note;
    let level = match note.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let message = visible(&note.message);
    let mut place =
        if diagnostic.file.is_root() { "the repo".to_owned() } else { visible(diagnostic.file.as_str()) };
    if let Some(cell) = &note.cell {
        let _ = write!(place, "#cell={}", cell.number);
        if let Some(id) = &cell.id {
            let _ = write!(place, " ({id})");
        }
    }
    let line = note.file_line();
    let excerpt = line.and_then(|line| {
        let text = lines?.get(line.checked_sub(1)? as usize)?.trim();
        let text = match &note.cell {
            Some(cell) if diagnostic.file.extension() == "ipynb" => {
                source_line(text, if cell.spread { 1 } else { note.line.unwrap_or(1) })
            }
            _ => text.to_owned(),
        };
        let text = secrets.hidden(&text.chars().take(MAX_LINE).collect::<String>());
        Some((line, visible(&text.chars().take(MAX_EXCERPT).collect::<String>())))
    });
    let help = note.help.as_deref().map(visible);
    let mut group = Group::with_title(level.primary_title(message.as_str()).id(note.rule.id()));
    match &excerpt {
        Some((line, excerpt)) if !excerpt.trim().is_empty() => {
            group = group.element(
                Snippet::source(excerpt.as_str())
                    .line_start(*line as usize)
                    .path(place.as_str())
                    .annotation(AnnotationKind::Primary.span(0..excerpt.len())),
            );
        }
        _ => {
            let place = match line {
                Some(line) if line > 0 => format!("{place}:{line}"),
                _ => place,
            };
            group = group.element(annotate_snippets::Origin::path(place));
        }
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// A line of a source, by a line of the file: in a notebook that is a string of JSON, which holds
/// one line or all of them.
fn source_line(text: &str, line: u32) -> String {
    let literal = text.strip_prefix("\"source\":").unwrap_or(text).trim().trim_end_matches(',');
    match serde_json::from_str::<String>(literal) {
        Ok(source) => source.lines().nth((line as usize).saturating_sub(1)).unwrap_or_default().to_owned(),
        // All of the notebook on one line is no excerpt.
        Err(_) if literal.starts_with(['{', '[', '"']) => String::new(),
        Err(_) => text.to_owned(),
    }
}

/// Text that cannot play tricks on a terminal: control characters stand as spaces.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

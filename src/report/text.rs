//! Diagnostics for people: with file, cell, line, and an excerpt of the source.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Note, Rule, Severity};
use crate::disk;
use crate::notebook::joined;
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
        let mut files: HashMap<&SitePath, Option<Text>> = HashMap::new();
        // Where a secret stands, no line is quoted, whatever else is wrong with it.
        let closed: HashSet<(&SitePath, Option<u32>)> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.note.rule == Rule::Secret && diagnostic.note.line.is_some())
            .map(|diagnostic| (&diagnostic.file, diagnostic.note.file_line()))
            .collect();
        let mut out = String::new();
        for diagnostic in diagnostics.iter().filter(|diagnostic| diagnostic.note.severity >= self.least) {
            let text = files.entry(&diagnostic.file).or_insert_with(|| {
                let bytes = disk::read_inside(self.root, &diagnostic.file).ok()?;
                (bytes.len() <= MAX_FILE).then(|| Text::of(&bytes, &diagnostic.file))
            });
            let is_closed = closed.contains(&(&diagnostic.file, diagnostic.note.file_line()));
            let text = text.as_ref().filter(|_| !is_closed);
            let _ = writeln!(out, "{}", one(diagnostic, (text, self.secrets), &renderer));
        }
        out
    }
}

fn one(diagnostic: &Diagnostic, (text, secrets): (Option<&Text>, &Secrets), renderer: &Renderer) -> String {
    let note = &diagnostic.note;
    let level = match note.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let message = visible(&secrets.hidden(&note.message));
    let mut place =
        if diagnostic.file.is_root() { "the repo".to_owned() } else { visible(diagnostic.file.as_str()) };
    // What was written as text has lines, and no cells that its author counts.
    if let Some(cell) = note.cell.as_ref().filter(|_| diagnostic.file.extension() == "ipynb") {
        let _ = write!(place, "#cell={}", cell.number);
        if let Some(id) = &cell.id {
            let _ = write!(place, " ({id})");
        }
        if let Some(line) = note.line.filter(|_| !cell.spread) {
            let _ = write!(place, " line {line}");
        }
    }
    let line = note.file_line();
    let excerpt = line.and_then(|line| {
        let text = text?.line(note, line)?;
        let text = secrets.hidden(&text.chars().take(MAX_LINE).collect::<String>());
        Some((line, visible(text.trim().chars().take(MAX_EXCERPT).collect::<String>().as_str())))
    });
    let help = note.help.as_deref().map(|help| visible(&secrets.hidden(help)));
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

/// A file that findings are quoted from.
struct Text {
    lines: Vec<String>,
    /// The sources of a notebook's cells, where the file is one.
    cells: Vec<String>,
}

impl Text {
    fn of(bytes: &[u8], file: &SitePath) -> Self {
        let lines = String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect();
        let json =
            (file.extension() == "ipynb").then(|| serde_json::from_slice::<Value>(bytes).ok()).flatten();
        let cells = json.as_ref().and_then(|json| json.get("cells")?.as_array());
        let source = |cell: &Value| cell.get("source").and_then(joined).unwrap_or_default();
        Self { lines, cells: cells.into_iter().flatten().map(source).collect() }
    }

    /// What stands where something was found: in a notebook the line as it is in its cell, be it a
    /// string of its own in the file or not.
    fn line(&self, note: &Note, file_line: u32) -> Option<String> {
        let line = || self.lines.get((file_line as usize).checked_sub(1)?).map(String::as_str);
        let Some(cell) = note.cell.as_ref().filter(|_| !self.cells.is_empty()) else {
            return line().map(str::to_owned);
        };
        if cell.spread {
            let literal = line()?.trim().trim_end_matches(',');
            return serde_json::from_str(literal).ok();
        }
        let source = self.cells.get((cell.number as usize).checked_sub(1)?)?;
        source.lines().nth((note.line.unwrap_or(1) as usize).checked_sub(1)?).map(str::to_owned)
    }
}

/// Text that cannot play tricks on a terminal: control characters stand as spaces.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

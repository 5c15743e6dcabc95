//! The forms that machines read.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::sarif;
use crate::diagnostic::{Diagnostic, Rule, Severity, fingerprints};
use crate::path::SitePath;

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// All that is known, as JSON of our own.
    Json,
    /// Tests, as JUnit writes them (<https://docs.gitlab.com/ci/testing/unit_test_reports/>).
    Junit,
    /// GitLab's Code Quality (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).
    CodeQuality,
    /// SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// One line each, as compilers write them and editors read them.
    Lines,
}

impl Form {
    /// All forms by their names.
    pub const ALL: [(&str, Self); 7] = [
        ("text", Self::Text),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("codequality", Self::CodeQuality),
        ("sarif", Self::Sarif),
        ("github", Self::Github),
        ("lines", Self::Lines),
    ];

    /// The form of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, form)| form)
    }
}

/// What machines are told.
#[derive(Debug)]
pub struct Machine<'a> {
    /// What was found.
    pub diagnostics: &'a [Diagnostic],
    /// All sources that were checked, for forms that count those without findings.
    pub sources: &'a [SitePath],
    /// Where the root lies in the git repo: machines know files from there.
    pub prefix: &'a SitePath,
    /// Whether warnings count as errors.
    pub is_strict: bool,
}

impl Machine<'_> {
    /// The report in a form; nothing for people, for whom there is [`super::Report`].
    pub fn text(&self, form: Form) -> String {
        match form {
            Form::Text => String::new(),
            Form::Json => pretty(&self.json()),
            Form::CodeQuality => pretty(&self.code_quality()),
            Form::Sarif => pretty(&sarif::report(self)),
            Form::Junit => self.junit(),
            Form::Github => self.github(),
            Form::Lines => self.lines(),
        }
    }

    /// The path of a file from the top of the git repo.
    pub(super) fn path(&self, file: &SitePath) -> String {
        match self.prefix.join(file.as_str()).filter(|_| !file.is_root()) {
            Some(path) => path.to_string(),
            None if self.prefix.is_root() => ".".to_owned(),
            None => self.prefix.to_string(),
        }
    }

    fn json(&self) -> Value {
        let findings =
            self.diagnostics.iter().zip(fingerprints(self.diagnostics)).map(|(diagnostic, print)| {
                let note = &diagnostic.note;
                json!({
                    "rule": note.rule.id(),
                    "name": note.rule.entry().name,
                    "family": note.rule.entry().family.name().to_lowercase(),
                    "kind": note.kind,
                    "severity": note.severity,
                    "file": self.path(&diagnostic.file),
                    "cell": note.cell.as_ref().map(|cell| json!({ "number": cell.number, "id": cell.id })),
                    "line": note.line,
                    "file_line": note.file_line(),
                    "message": note.message,
                    "help": note.help,
                    "fingerprint": print,
                })
            });
        json!({
            "version": 1,
            "bindery": env!("CARGO_PKG_VERSION"),
            "sources": self.sources.len(),
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "infos": self.count(Severity::Info),
            "findings": findings.collect::<Vec<_>>(),
        })
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.note.severity == severity).count()
    }

    fn code_quality(&self) -> Value {
        let entries =
            self.diagnostics.iter().zip(fingerprints(self.diagnostics)).map(|(diagnostic, print)| {
                let note = &diagnostic.note;
                let severity = match note.severity {
                    Severity::Error if note.rule == Rule::Secret => "critical",
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                };
                json!({
                    "description": said(diagnostic),
                    "check_name": note.rule.id(),
                    "fingerprint": print,
                    "severity": severity,
                    "location": {
                        "path": self.path(&diagnostic.file),
                        "lines": { "begin": note.file_line().unwrap_or(1).max(1) },
                    },
                })
            });
        Value::Array(entries.collect())
    }

    /// One case for each rule that a file breaks, one for each file without findings. GitLab drops
    /// cases of one name, and shows no more of a case than its failure.
    fn junit(&self) -> String {
        let fails = |severity: Severity| {
            severity == Severity::Error || (self.is_strict && severity == Severity::Warning)
        };
        let mut cases: BTreeMap<(&SitePath, Option<Rule>), Vec<&Diagnostic>> =
            self.sources.iter().map(|source| ((source, None), Vec::new())).collect();
        for diagnostic in self.diagnostics {
            cases.remove(&(&diagnostic.file, None));
            cases.entry((&diagnostic.file, Some(diagnostic.note.rule))).or_default().push(diagnostic);
        }
        let is_failed =
            |found: &Vec<&Diagnostic>| found.iter().any(|diagnostic| fails(diagnostic.note.severity));
        let failed = cases.values().filter(|found| is_failed(found)).count();
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let counts = format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\"", cases.len());
        let _ = writeln!(out, "<testsuites name=\"bindery check\" {counts}>");
        let _ = writeln!(out, "  <testsuite name=\"bindery check\" {counts}>");
        for ((file, rule), found) in &cases {
            let path = xml(&self.path(file));
            let name = rule.map_or("no findings", Rule::id);
            let _ = write!(out, "    <testcase classname=\"{path}\" name=\"{name}\" file=\"{path}\"");
            if found.is_empty() {
                out.push_str("/>\n");
                continue;
            }
            let lines: Vec<String> = found.iter().map(|diagnostic| line(diagnostic)).collect();
            let text = xml(&lines.join("\n"));
            let first = found.first().map(|diagnostic| xml(&diagnostic.note.message)).unwrap_or_default();
            out.push_str(">\n");
            let _ = match is_failed(found) {
                true => writeln!(out, "      <failure message=\"{first}\" type=\"{name}\">{text}</failure>"),
                false => writeln!(out, "      <system-out>{text}</system-out>"),
            };
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n</testsuites>\n");
        out
    }

    fn lines(&self) -> String {
        let mut out = String::new();
        for diagnostic in self.diagnostics {
            let note = &diagnostic.note;
            let line = note.file_line().unwrap_or(1).max(1);
            let (path, severity) = (flat(&self.path(&diagnostic.file)), note.severity.name());
            let _ = writeln!(
                out,
                "{path}:{line}:1: {severity}: {} [{}]",
                flat(&said(diagnostic)),
                note.rule.id()
            );
        }
        out
    }

    /// Workflow commands (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).
    fn github(&self) -> String {
        let mut out = String::new();
        for diagnostic in self.diagnostics {
            let note = &diagnostic.note;
            let command = match note.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "notice",
            };
            let line = note.file_line().unwrap_or(1).max(1);
            let _ = writeln!(
                out,
                "::{command} file={},line={line},title={}::{}",
                escaped(&self.path(&diagnostic.file), true),
                escaped(note.rule.id(), true),
                escaped(&said(diagnostic), false)
            );
        }
        out
    }
}

/// Text on one line.
fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A finding in a sentence, with its cell and what to do.
pub(super) fn said(diagnostic: &Diagnostic) -> String {
    let note = &diagnostic.note;
    let place = note.cell.as_ref().map(|cell| format!("cell {}: ", cell.number)).unwrap_or_default();
    let help = note.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{place}{}{help}", note.message)
}

/// The same with the line in its file.
fn line(diagnostic: &Diagnostic) -> String {
    let at = diagnostic.note.file_line().map(|line| format!("line {line}, ")).unwrap_or_default();
    format!("{at}{}: {}", diagnostic.note.severity.name(), said(diagnostic))
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// Text for XML: what has a meaning there escaped, what may not stand there left out.
fn xml(text: &str) -> String {
    let allowed = |c: &char| {
        matches!(c, '\t' | '\n' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
            && !matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(allowed) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Text of a workflow command, or of one of its properties.
fn escaped(text: &str, is_property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if is_property { text.replace(':', "%3A").replace(',', "%2C") } else { text }
}

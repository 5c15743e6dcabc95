//! What was found on the day that somebody began to check: only what is new counts from then on.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, fingerprints};

/// Findings that are known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Baseline {
    version: u32,
    findings: Vec<Known>,
}

/// One of them; all but its fingerprint is for those who read the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    rule: String,
    file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cell: Option<u32>,
    fingerprint: String,
}

const VERSION: u32 = 1;

impl Baseline {
    /// Of what was found.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let findings =
            diagnostics.iter().zip(fingerprints(diagnostics)).map(|(diagnostic, fingerprint)| Known {
                rule: diagnostic.note.rule.id().to_owned(),
                file: diagnostic.file.to_string(),
                cell: diagnostic.note.cell.as_ref().map(|cell| cell.number),
                fingerprint,
            });
        Self { version: VERSION, findings: findings.collect() }
    }

    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let baseline: Self = serde_json::from_str(text)
            .map_err(|_| "it is no baseline of bindery; delete it, and it is made anew".to_owned())?;
        if baseline.version != VERSION {
            return Err(format!("it is of version {}, and this bindery knows {VERSION}", baseline.version));
        }
        Ok(baseline)
    }

    /// Its text.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Forgets what is not among the findings any more; says how many that were.
    pub fn take_out_mended(&mut self, diagnostics: &[Diagnostic]) -> usize {
        let now: HashSet<String> = fingerprints(diagnostics).into_iter().collect();
        let before = self.findings.len();
        self.findings.retain(|known| now.contains(&known.fingerprint));
        before - self.findings.len()
    }

    /// What of the findings is new.
    pub fn news(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let known: HashSet<&str> = self.findings.iter().map(|known| known.fingerprint.as_str()).collect();
        let prints = fingerprints(&diagnostics);
        let all = diagnostics.into_iter().zip(prints);
        all.filter(|(_, print)| !known.contains(print.as_str())).map(|(diagnostic, _)| diagnostic).collect()
    }
}

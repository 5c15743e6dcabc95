//! How a build or a check works and speaks.

use std::process::ExitCode;

use clap::Args;

use crate::diagnostic::{Diagnostic, Severity};

#[derive(Debug, Args)]
pub(super) struct Manner {
    /// How many threads work; as many as there are processors where this is not said
    #[arg(short, long, value_name = "N")]
    pub(super) jobs: Option<usize>,
    /// Take warnings for errors
    #[arg(long)]
    pub(super) strict: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say what readers lose nothing by, too
    #[arg(short, long)]
    pub(super) verbose: bool,
}

impl Manner {
    /// What is said at least.
    pub(super) fn least(&self) -> Severity {
        match (self.quiet, self.verbose) {
            (true, _) => Severity::Error,
            (_, true) => Severity::Info,
            _ => Severity::Warning,
        }
    }

    /// 1 where something was found that must not land, else 0.
    pub(super) fn code(&self, diagnostics: &[Diagnostic]) -> ExitCode {
        let least = if self.strict { Severity::Warning } else { Severity::Error };
        ExitCode::from(u8::from(diagnostics.iter().any(|diagnostic| diagnostic.note.severity >= least)))
    }
}

/// A count with its word.
pub(super) fn of(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

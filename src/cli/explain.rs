//! `bindery explain`: what a rule means.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::diagnostic::{Entry, Rule, Severity};
use crate::secret::Kind;

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A rule, or a kind of secret; all rules where none is named
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// List the kinds of secrets
    #[arg(long)]
    kinds: bool,
}

impl Explain {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        super::out(&self.text()?)?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self) -> Result<String, String> {
        // With the rules of the repo that we are in, where there is one.
        let here = super::place_of(Path::new("."));
        let config = here.and_then(|(root, src)| super::configuration(&root, &src, None));
        let secrets = config.map(|config| config.reading.secrets).unwrap_or_default();
        if self.kinds {
            let line = |kind: &Kind| {
                format!("{:<40} {:<8} {}\n", kind.id, if kind.redacts { "redacts" } else { "" }, kind.name)
            };
            return Ok(secrets.kinds().iter().map(line).collect());
        }
        let Some(id) = &self.rule else {
            let line = |entry: &Entry| {
                let severity = entry.severity.map_or("as found", Severity::name);
                format!("{:<22} {severity:<9} {}\n", entry.rule.id(), entry.name)
            };
            return Ok(Entry::all().map(line).collect());
        };
        if let Some(rule) = Rule::of_id(id) {
            return Ok(rule.entry().text(1));
        }
        if let Some(kind) = secrets.kinds().iter().find(|kind| kind.id == *id) {
            let shown = match kind.redacts {
                true => "The site shows `[redacted: …]` in its place.",
                false => "The site shows it as it is.",
            };
            let head = format!("# {}\n\n*{}*, a kind of secret\n\n{shown}\n\n", kind.id, kind.name);
            return Ok(head + &Rule::Secret.entry().text(2));
        }
        let help = Rule::nearest(id).map(|near| format!("; did you mean `{near}`?"));
        Err(format!("`{id}` is no rule and no kind of secret{}", help.unwrap_or_default()))
    }
}

//! `bindery explain`: what a rule means.

use std::process::ExitCode;

use clap::Args;

use crate::diagnostic::{Entry, Rule, Severity};
use crate::secret::Secrets;

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
        let secrets = Secrets::default();
        if self.kinds {
            for kind in secrets.kinds() {
                println!("{:<40} {:<8} {}", kind.id, if kind.redacts { "redacts" } else { "" }, kind.name);
            }
            return Ok(ExitCode::SUCCESS);
        }
        let Some(id) = &self.rule else {
            for entry in Entry::all() {
                let severity = entry.severity.map_or("as found", Severity::name);
                println!("{:<22} {severity:<9} {}", entry.rule.id(), entry.name);
            }
            return Ok(ExitCode::SUCCESS);
        };
        if let Some(rule) = Rule::of_id(id) {
            print!("{}", rule.entry().text(1));
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(kind) = secrets.kinds().iter().find(|kind| kind.id == *id) {
            let redacts = if kind.redacts {
                "The site shows `[redacted: …]` in its place."
            } else {
                "The site shows it as it is."
            };
            println!("# {}\n\n*{}*, a kind of secret\n\n{redacts}\n", kind.id, kind.name);
            print!("{}", Rule::Secret.entry().text(2));
            return Ok(ExitCode::SUCCESS);
        }
        let help = Rule::nearest(id).map(|near| format!("; did you mean `{near}`?"));
        Err(format!("`{id}` is no rule and no kind of secret{}", help.unwrap_or_default()))
    }
}

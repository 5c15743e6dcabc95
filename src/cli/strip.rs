//! `bindery strip`: notebooks without what changes with every run, in place or as a filter of git.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::disk;
use crate::mend;

#[derive(Debug, Args)]
pub(super) struct Strip {
    /// Notebooks to change; without any, one comes from the standard input and goes to the standard
    /// output
    files: Vec<PathBuf>,
    /// Take out outputs too, with their counts; cells with the tag `keep_output` keep theirs
    #[arg(long)]
    outputs: bool,
    /// Take out the counts of executions
    #[arg(long)]
    counts: bool,
    /// Change nothing; say which notebooks would change, and end with 1 where there are any
    #[arg(long)]
    check: bool,
}

impl Strip {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        if self.files.is_empty() {
            return self.filter();
        }
        let mut changed = false;
        for file in &self.files {
            let shown = file.display();
            let bytes = std::fs::read(file).map_err(|error| format!("`{shown}`: {error}"))?;
            let Some(stripped) = self.stripped(&bytes) else { continue };
            changed = true;
            if self.check {
                println!("{shown}");
            } else {
                disk::replace(file, stripped.as_bytes())?;
                eprintln!("stripped: `{shown}`");
            }
        }
        Ok(if changed && self.check { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    /// What git hands over comes back whatever it is: a filter that fails keeps files from being
    /// added, and one that cuts them off loses work.
    fn filter(&self) -> Result<ExitCode, String> {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let stripped = self.stripped(&bytes);
        if self.check {
            return Ok(if stripped.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS });
        }
        let out = stripped.as_ref().map_or(bytes.as_slice(), |text| text.as_bytes());
        let mut to = std::io::stdout().lock();
        to.write_all(out).and_then(|()| to.flush()).map_err(|error| error.to_string())?;
        Ok(ExitCode::SUCCESS)
    }

    fn stripped(&self, bytes: &[u8]) -> Option<String> {
        mend::strip(
            std::str::from_utf8(bytes).ok()?,
            mend::Strip { outputs: self.outputs, counts: self.counts },
        )
    }
}

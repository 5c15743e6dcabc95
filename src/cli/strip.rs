//! `bindery strip`: notebooks without what changes with every run, in place or as a filter of git.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::disk;
use crate::mend::{self, Stripped};

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
        let (mut changed, mut failed) = (false, false);
        for file in &self.files {
            match self.one(file) {
                Ok(is_changed) => changed |= is_changed,
                Err(why) => {
                    eprintln!("error: {why}");
                    failed = true;
                }
            }
        }
        Ok(match (failed, changed && self.check) {
            (true, _) => ExitCode::from(2),
            (_, true) => ExitCode::from(1),
            _ => ExitCode::SUCCESS,
        })
    }

    /// Strips a file in place, or says that it would change; whether it is one.
    fn one(&self, file: &Path) -> Result<bool, String> {
        let shown = file.display();
        // What a link leads to is changed, and the link stays.
        let real = std::fs::canonicalize(file).map_err(|error| format!("`{shown}`: {error}"))?;
        let bytes = std::fs::read(&real).map_err(|error| format!("`{shown}`: {error}"))?;
        match self.stripped(&bytes) {
            Stripped::Clean => return Ok(false),
            Stripped::NoNotebook => {
                eprintln!("note: `{shown}` is no notebook that can be stripped; it stays as it is");
                return Ok(false);
            }
            Stripped::Changed(_) if self.check => println!("{shown}"),
            Stripped::Changed(text) => {
                disk::replace(&real, text.as_bytes())?;
                eprintln!("stripped: `{shown}`");
            }
        }
        Ok(true)
    }

    /// What git hands over comes back whatever it is: a filter that fails keeps files from being
    /// added, and one that cuts them off loses work.
    fn filter(&self) -> Result<ExitCode, String> {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let stripped = self.stripped(&bytes);
        if self.check {
            let is_changed = matches!(stripped, Stripped::Changed(_));
            return Ok(if is_changed { ExitCode::from(1) } else { ExitCode::SUCCESS });
        }
        let out = match &stripped {
            Stripped::Changed(text) => text.as_bytes(),
            Stripped::Clean => &bytes,
            Stripped::NoNotebook => {
                eprintln!("note: what came in is no notebook that can be stripped; it goes out as it is");
                &bytes
            }
        };
        let mut to = std::io::stdout().lock();
        to.write_all(out).and_then(|()| to.flush()).map_err(|error| error.to_string())?;
        Ok(ExitCode::SUCCESS)
    }

    fn stripped(&self, bytes: &[u8]) -> Stripped {
        let strip = mend::Strip { outputs: self.outputs, counts: self.counts };
        std::str::from_utf8(bytes).map_or(Stripped::NoNotebook, |text| mend::strip(text, strip))
    }
}

//! What bindery prints of itself: its configuration, completions for shells, manual pages.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, configuration, out, place_of};
use crate::config::File;

#[derive(Debug, Args)]
pub(super) struct Config {
    /// The folder whose notebooks are published
    #[arg(default_value = ".")]
    src: PathBuf,
    /// Print the JSON Schema of bindery.toml, which editors complete and check it by
    #[arg(long)]
    schema: bool,
}

impl Config {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let json = if self.schema {
            serde_json::to_string_pretty(&File::schema())
        } else {
            let (root, src) = place_of(&self.src)?;
            serde_json::to_value(configuration(&root, &src, None)?).and_then(|mut config| {
                // What the check asks for is kept as it was said.
                let checks = config["checks"].as_str().and_then(|said| serde_json::from_str(said).ok());
                config["checks"] = checks.unwrap_or_default();
                serde_json::to_string_pretty(&config)
            })
        };
        let json = json.map_err(|error| error.to_string())?;
        out(&format!("{json}\n")).map(|()| ExitCode::SUCCESS)
    }
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "bindery", &mut text);
        out(&String::from_utf8_lossy(&text)).map(|()| ExitCode::SUCCESS)
    }
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder that the pages are written into
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl Man {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let say = |error: std::io::Error| format!("`{}`: {error}", self.dir.display());
        std::fs::create_dir_all(&self.dir).map_err(say)?;
        let mut command = Cli::command();
        command.build();
        pages(&command, &self.dir).map_err(say)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the page of a command and those of its own commands: `bindery-theme-new.1`.
fn pages(command: &clap::Command, dir: &Path) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name()).replace(' ', "-");
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    std::fs::write(dir.join(format!("{name}.1")), text)?;
    let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
    inner.into_iter().try_for_each(|inner| pages(inner, dir))
}

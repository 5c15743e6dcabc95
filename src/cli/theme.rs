//! `bindery theme`: a theme of one's own to begin with, and what a theme lets a site choose.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{absolute, folder_of};
use crate::build;
use crate::disk;
use crate::theme::{DEFAULT, Folder, built_in};

#[derive(Debug, Args)]
pub(super) struct Theme {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a theme of your own that changes another one: themes/NAME
    New {
        /// What it is called
        name: String,
        /// The theme that it changes
        #[arg(long, default_value = DEFAULT)]
        parent: String,
        /// The repo
        #[arg(default_value = ".")]
        src: PathBuf,
    },
    /// Show what the theme of a site lets it choose, and what it chose
    Options {
        /// The repo
        #[arg(default_value = ".")]
        src: PathBuf,
    },
}

impl Theme {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        match self.command {
            Command::New { name, parent, src } => new(&name, &parent, &src),
            Command::Options { src } => options(&src),
        }
    }
}

fn new(name: &str, parent: &str, src: &Path) -> Result<ExitCode, String> {
    let src = std::fs::canonicalize(src).map_err(|error| format!("`{}`: {error}", src.display()))?;
    let root = disk::find_root(&src);
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if !is_name(name) {
        return Err(format!("`{name}` is no name for a theme: letters, digits, `-` and `_`"));
    }
    if built_in().any(|known| known == name) {
        return Err(format!("bindery has a theme `{name}` itself; choose another name"));
    }
    let is_known = built_in().any(|known| known == parent) || disk::theme(&root, parent)?.is_some();
    if !is_known {
        let known: Vec<&str> = built_in().collect();
        return Err(format!("there is no theme `{parent}` to change; bindery has {}", known.join(", ")));
    }
    let files = [
        ("theme.toml", include_str!("theme/theme.toml")),
        ("static/theme.css", include_str!("theme/theme.css")),
        ("templates/page.html", include_str!("theme/page.html")),
        ("labels/en.toml", include_str!("theme/en.toml")),
    ];
    let files = files.map(|(path, text)| {
        (path.to_owned(), text.replace("PARENT", parent).replace("NAME", name).into_bytes())
    });
    let made = disk::new_theme(&root, &Folder { name: name.to_owned(), files: files.into() })?;
    for path in made {
        println!("{path}");
    }
    eprintln!("to wear it, write into bindery.toml:\n\n[theme]\nname = \"{name}\"");
    Ok(ExitCode::SUCCESS)
}

fn options(src: &Path) -> Result<ExitCode, String> {
    let request = folder_of(src, absolute(Path::new("public"))?, None)?;
    let theme = build::theme(&request.root, &request.config)?;
    println!("[theme]\nname = \"{}\"", request.config.theme);
    // What was chosen stands as it is written into bindery.toml, the rest as a remark.
    for setting in theme.settings() {
        let (mark, value) = match &setting.value {
            serde_json::Value::Null => ("# ", "…".to_owned()),
            value => (if setting.is_chosen { "" } else { "# " }, value.to_string()),
        };
        println!("\n# {}.\n# It must be {}.\n{mark}{} = {value}", setting.help, setting.kind, setting.name);
    }
    Ok(ExitCode::SUCCESS)
}

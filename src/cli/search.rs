//! `bindery search QUERY [SRC]`: the words of the terminal, and how answers are shown there.

use std::fmt::Write;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::cache::CacheOptions;
use super::{absolute, folder_of};
use crate::build::{self, Answer};
use crate::disk;

/// How answers are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For scripts: a list of objects
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Search {
    /// What to look for, as the site's search takes it: words, "a phrase", tag:NAME, lang:NAME,
    /// in:FOLDER, KEY:VALUE of front matter, -word and -tag:NAME to leave out
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// The folder whose notebooks are searched
    #[arg(default_value = ".")]
    src: PathBuf,
    /// The most answers to give
    #[arg(short, long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// How to print them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    cache: CacheOptions,
}

impl Search {
    /// Asks and prints. The exit code is 0 where something was found, 1 where nothing was.
    pub(super) fn run(self) -> Result<ExitCode, String> {
        if !self.src.is_dir() {
            return Err(format!(
                "`{}` is no folder; a query of several words stands in quotes: bindery search \"disk full\"",
                self.src.display()
            ));
        }
        let mut request = folder_of(&self.src, absolute(Path::new("public"))?, None)?;
        request.cache = self.cache.folder(&request.root, &request.src)?;
        let scratch = disk::Scratch::new().map_err(|error| format!("no file for scratch: {error}"))?;
        let answers = build::ask(&request, &scratch.file(), &self.query, self.limit)?;
        let text = match self.format {
            Format::Text => {
                let colour = super::has_colour(&std::io::stdout());
                answers.iter().map(|answer| shown(answer, colour)).collect::<Vec<_>>().join("\n")
            }
            Format::Json => {
                let list: Vec<_> = answers.iter().map(object).collect();
                format!("{:#}\n", json!(list))
            }
        };
        // Whoever reads may stop early.
        let _ = std::io::stdout().write_all(text.as_bytes());
        if answers.is_empty() {
            eprintln!("nothing says `{}`", self.query);
            return Ok(ExitCode::from(1));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn object(answer: &Answer) -> serde_json::Value {
    let shown = answer.shown.as_ref();
    let excerpt: String =
        shown.map(|shown| shown.pieces.iter().map(|(text, _)| text.as_str()).collect()).unwrap_or_default();
    json!({
        "source": answer.source,
        "url": answer.url,
        "title": answer.title,
        "heading": shown.map_or("", |shown| shown.heading.as_str()),
        "kind": shown.map_or("prose", |shown| shown.kind.as_str()),
        "excerpt": excerpt,
        "score": (answer.score * 1000.0).round() / 1000.0,
    })
}

/// An answer as lines: the source, title and heading, the excerpt with what was found in bold.
fn shown(answer: &Answer, colour: bool) -> String {
    let (bold, faint, plain) = if colour { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let mut out = format!("{bold}{}{plain}: {}", answer.source, answer.title);
    let Some(shown) = &answer.shown else { return out + "\n" };
    if !shown.heading.is_empty() {
        let _ = write!(out, " › {}", shown.heading);
    }
    let text: String = shown
        .pieces
        .iter()
        .map(|(text, hit)| {
            let text: String =
                text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
            if *hit { format!("{bold}{text}{plain}") } else { text }
        })
        .collect();
    let lines = text.trim().lines().filter(|line| !line.trim().is_empty()).take(4);
    let label = format!("{:<6}", shown.kind);
    for (number, line) in lines.enumerate() {
        let label = if number == 0 { label.as_str() } else { "      " };
        let _ = write!(out, "\n  {faint}{label}{plain} {}", line.trim_end());
    }
    out + "\n"
}

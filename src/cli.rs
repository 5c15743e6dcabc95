//! Words from the terminal → what was asked for.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

mod beside;
mod cache;
mod check;
mod explain;
mod init;
mod manner;
mod new;
mod print;
mod search;
mod serve;
mod strip;
mod theme;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use beside::Beside;
use cache::CacheOptions;
use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use manner::{Manner, of};

use crate::build::{self, Extras, Outcome, Request};
use crate::config::{self, Config, Surroundings};
use crate::diagnostic::Severity;
use crate::disk::{self, Source};
use crate::history;
use crate::notebook::Format;
use crate::path::SitePath;
use crate::report::Report;
use crate::secret::Secrets;

/// Binds a repo of Jupyter notebooks into a documentation site.
#[derive(Debug, Parser)]
#[command(name = "bindery", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the site of a folder, or one HTML file of one notebook
    Build(Build),
    /// Make a repo ready to be published: configuration, pipeline, first runbook; nothing that is there
    /// is written over
    Init(init::Init),
    /// Begin a notebook from a template
    New(new::New),
    /// Show the site in the browser while you write: each save is seen at once
    Serve(serve::Serve),
    /// Say what is wrong with the notebooks of a repo, before they land; nothing is written
    Check(check::Check),
    /// Say what a rule of the check means, and how to mend what it finds
    Explain(explain::Explain),
    /// Take out of notebooks what changes with every run; without files, as a filter of git
    Strip(strip::Strip),
    /// Ask the notebooks of a folder what the site's search would be asked
    Search(search::Search),
    /// Delete what was kept from earlier runs
    Clean(cache::Clean),
    /// Themes: begin one of your own, see what a theme lets you choose
    Theme(theme::Theme),
    /// Print the configuration that holds for a folder, or what a configuration can say
    Config(print::Config),
    /// Print what completes the commands of bindery in a shell
    Completions(print::Completions),
    /// Write the manual pages of bindery
    Man(print::Man),
}

#[derive(Debug, Args)]
struct Build {
    /// The folder whose notebooks are published, or one notebook
    #[arg(default_value = ".")]
    src: PathBuf,
    /// Where the site goes; for one notebook, the HTML file
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where the site will be published, for canonical links, the sitemap and the feed
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    beside: Beside,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    cache: CacheOptions,
}

/// Runs the program. The exit code is 0 where all is well, 1 where errors in the content were
/// found and reported, 2 where the command could not run.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Build(build) => build.run(),
        Command::Search(search) => workers(None).and_then(|()| search.run()),
        Command::Serve(serve) => serve.run(),
        Command::Check(check) => check.run(),
        Command::Explain(explain) => explain.run(),
        Command::Strip(strip) => strip.run(),
        Command::Clean(clean) => clean.run(),
        Command::Theme(theme) => theme.run(),
        Command::Init(init) => init.run(),
        Command::New(new) => new.run(),
        Command::Config(config) => config.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    match done {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

impl Build {
    fn run(self) -> Result<ExitCode, String> {
        let started = Instant::now();
        if self.manner.jobs == Some(0) {
            return Err("--jobs wants at least 1".to_owned());
        }
        workers(self.manner.jobs)?;
        let src =
            std::fs::canonicalize(&self.src).map_err(|error| format!("`{}`: {error}", self.src.display()))?;
        if src.is_file() { self.single(&src, started) } else { self.site(&src, started) }
    }

    fn site(self, src: &Path, started: Instant) -> Result<ExitCode, String> {
        let out = absolute(self.out.as_deref().unwrap_or(Path::new("public")))?;
        if src.starts_with(&out) {
            return Err(format!(
                "`{}` holds the notebooks themselves; build into a folder of its own: bindery build --out public",
                out.display()
            ));
        }
        let mut request = folder_of(src, out, self.base_url.as_deref())?;
        request.cache = self.cache.folder(&request.root, &request.src)?;
        if let Some(cache) = request.cache.as_ref().filter(|cache| cache.starts_with(&request.out)) {
            return Err(format!("`{}` lies in the site itself; keep the cache elsewhere", cache.display()));
        }
        request.extras = self.beside.extras(&mut request, self.manner.quiet)?;
        let progress = Progress::new(self.manner.quiet);
        let outcome = build::build(&request, &|done, of| progress.show(done, of))?;
        progress.end();
        self.report((&request.root, &request.config), &outcome);
        if let Some(why) = outcome.uncached.as_ref().filter(|_| !self.manner.quiet) {
            eprintln!("note: nothing is kept for the next run: {why}");
        }
        if !self.manner.quiet {
            eprintln!("{}", summary(&outcome, &request.out, started));
            beside::room(&outcome.files.footprint).iter().for_each(|line| eprintln!("{line}"));
        }
        Ok(self.manner.code(&outcome.diagnostics))
    }

    fn single(self, src: &Path, started: Instant) -> Result<ExitCode, String> {
        if self.beside.is_some() {
            return Err("--archive, --compress and --review are for whole sites".to_owned());
        }
        let root = disk::find_root(src.parent().unwrap_or(src));
        let path = relative(&root, src)?;
        let config = configuration(&root, &path.parent(), self.base_url.as_deref())?;
        let format = Format::of_extension(&path.extension()).unwrap_or(Format::Markdown);
        let out = match &self.out {
            Some(out) if out.is_dir() => out.join(format!("{}.html", path.stem())),
            Some(out) => out.clone(),
            None => PathBuf::from(format!("{}.html", path.stem())),
        };
        let config = Arc::new(config);
        let (bytes, diagnostics) = build::build_single(&root, &Source { path, format }, config.clone())?;
        write_single(&out, src, &bytes)?;
        let outcome = Outcome { pages: 1, diagnostics, ..Outcome::default() };
        self.report((&root, &config), &outcome);
        if !self.manner.quiet {
            eprintln!("{}", summary(&outcome, &out, started));
        }
        Ok(self.manner.code(&outcome.diagnostics))
    }

    fn report(&self, (root, config): (&Path, &Config), outcome: &Outcome) {
        let (least, colour) = (self.manner.least(), has_colour(&std::io::stderr()));
        let secrets = &config.reading.secrets;
        eprint!("{}", Report { root, least, colour, secrets }.text(&outcome.diagnostics));
    }
}

/// Whether what is written there is coloured.
fn has_colour(to: &impl IsTerminal) -> bool {
    to.is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Writes to the standard output; whoever has heard enough may close it.
fn out(text: &str) -> Result<(), String> {
    let mut to = std::io::stdout().lock();
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// A bar on the terminal, where there is one and nobody wants quiet.
struct Progress(ProgressBar);

impl Progress {
    fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() || std::env::var_os("CI").is_some() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} % {elapsed}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    fn show(&self, done: usize, of: usize) {
        self.0.set_length(of as u64);
        self.0.set_position(done as u64);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// What a variable says, where it says anything.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The moment that `SOURCE_DATE_EPOCH` names.
fn epoch() -> Option<Timestamp> {
    let seconds = std::env::var("SOURCE_DATE_EPOCH").ok()?.trim().parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

/// The day it is, or that it shall be.
fn today() -> Date {
    Offset::UTC.to_datetime(epoch().unwrap_or_else(Timestamp::now)).date()
}

/// What is asked for when a folder is: its repo and configuration.
fn folder_of(src: &Path, out: PathBuf, base_url: Option<&str>) -> Result<Request, String> {
    let (root, src) = place_of(src)?;
    let config = Arc::new(configuration(&root, &src, base_url)?);
    let date = epoch().map(|moment| moment.to_string());
    Ok(Request { root, src, out, date, config, cache: None, extras: Extras::default() })
}

/// The repo that a folder lies in, and where it lies there.
fn place_of(src: &Path) -> Result<(PathBuf, SitePath), String> {
    let src = std::fs::canonicalize(src).map_err(|error| format!("`{}`: {error}", src.display()))?;
    let root = disk::find_root(&src);
    let src = relative(&root, &src)?;
    Ok((root, src))
}

/// The threads that work: so many, or as many as there are processors.
fn workers(jobs: Option<usize>) -> Result<(), String> {
    let mut pool = rayon::ThreadPoolBuilder::new().stack_size(32 * 1024 * 1024);
    if let Some(jobs) = jobs {
        pool = pool.num_threads(jobs);
    }
    pool.build_global().map_err(|error| error.to_string())
}

fn configuration(root: &Path, src: &SitePath, base_url: Option<&str>) -> Result<Config, String> {
    let file = root.join("bindery.toml");
    let mut said = match std::fs::read_to_string(&file) {
        Ok(text) => config::File::parse(&text).map_err(|error| format!("`{}`: {error}", file.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => config::File::default(),
        Err(error) => return Err(format!("`{}`: {error}", file.display())),
    };
    if let Some(url) = base_url {
        said.site.base_url = Some(url.to_owned());
    }
    let secret_rules = said.secrets.rules.clone().unwrap_or_else(|| {
        let usual = ".gitleaks.toml".to_owned();
        if disk::text_inside(root, &SitePath::root().child(&usual)).is_some() {
            vec![usual]
        } else {
            Vec::new()
        }
    });
    let text_of = |name: String| {
        let text = SitePath::new(&name).and_then(|path| disk::text_inside(root, &path));
        text.map(|text| (name.clone(), text))
            .ok_or_else(|| format!("`secrets.rules` names `{name}`, which is no file of the repo"))
    };
    let secret_rules = secret_rules.into_iter().map(text_of).collect::<Result<Vec<_>, _>>()?;
    let secrets = Secrets::new(&said.secrets, &secret_rules)?;
    // Titles of another tool's navigation stand on every page.
    let nav_text = |path: &SitePath| {
        let text = disk::text_inside(root, path)?;
        Some(secrets.redacted(&text, path.as_str()).unwrap_or(text))
    };
    let origin = history::origin(root);
    let around = Surroundings {
        pages_url: variable("CI_PAGES_URL"),
        repo_url: variable("CI_PROJECT_URL").or(origin.remote),
        branch: variable("CI_DEFAULT_BRANCH").or(origin.branch),
        prefix: origin.prefix,
        dialects: disk::dialects(root),
        nav: config::nav::find(src, &nav_text),
        folder_name: root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        secret_rules,
    };
    said.resolve(around).map_err(|error| format!("`{}`: {error}", file.display()))
}

/// Writes the one file of a notebook: whole or not at all, and over nothing but an older one.
fn write_single(out: &Path, src: &Path, bytes: &[u8]) -> Result<(), String> {
    let shown = out.display();
    if std::fs::canonicalize(out).is_ok_and(|real| real == src) {
        return Err(format!("`{shown}` is the notebook itself; name another file with --out"));
    }
    if let Ok(old) = std::fs::read(out) {
        let head = String::from_utf8_lossy(&old[..old.len().min(4096)]).into_owned();
        if !head.contains("<meta name=\"generator\" content=\"bindery\">") {
            return Err(format!(
                "`{shown}` is there and not from bindery; name another file with --out, or: rm '{shown}'"
            ));
        }
    }
    let new = out.with_extension("html.new");
    std::fs::write(&new, bytes)
        .and_then(|()| std::fs::rename(&new, out))
        .map_err(|error| format!("`{shown}`: {error}"))
}

fn summary(outcome: &Outcome, out: &Path, started: Instant) -> String {
    format!(
        "{}, {}, {} in {:.2} s: {}",
        of(outcome.pages, "page"),
        of(outcome.count(Severity::Error), "error"),
        of(outcome.count(Severity::Warning), "warning"),
        started.elapsed().as_secs_f64(),
        out.display()
    )
}

fn relative(root: &Path, path: &Path) -> Result<SitePath, String> {
    let rest =
        path.strip_prefix(root).map_err(|_| format!("`{}` lies outside of the repo", path.display()))?;
    let mut relative = SitePath::root();
    for part in rest {
        let name = part.to_str().ok_or_else(|| format!("`{}` is no UTF-8", path.display()))?;
        relative = relative.child(name);
    }
    Ok(relative)
}

/// The absolute form of a path that need not exist, with the links in what exists resolved.
fn absolute(path: &Path) -> Result<PathBuf, String> {
    let path = std::path::absolute(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == std::path::Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    for folder in plain.ancestors() {
        if let Ok(real) = std::fs::canonicalize(folder) {
            let rest = plain.strip_prefix(folder).unwrap_or(Path::new(""));
            return Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) });
        }
    }
    Ok(plain)
}

//! `bindery check`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;

use super::cache::CacheOptions;
use super::manner::{Manner, of};
use super::{Progress, absolute, configuration, today};
use crate::cache::Cache;
use crate::check::{self, Outcome};
use crate::diagnostic::{Diagnostic, Family, Rule, Severity};
use crate::disk;
use crate::history;
use crate::mend::{self, Mended, Spelling};
use crate::path::SitePath;
use crate::report::{Baseline, Form, Machine, Report};

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The notebooks and folders whose findings are wanted; links are followed everywhere
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder whose pages are published, where it is neither the one folder named nor the repo
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// Say only what changed since a revision brings: a branch, a tag, a commit
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// Check what is about to be committed, as a hook of git does: what it brings, and what it breaks
    #[arg(long, conflicts_with_all = ["since", "base", "fix", "paths"])]
    staged: bool,
    /// Compare with a revision: URLs and anchors that it published must not be dropped
    #[arg(long, value_name = "REV", conflicts_with = "since")]
    base: Option<String>,
    /// How findings are reported: text, json, junit, codequality, sarif, github; with `=FILE` into a
    /// file. May be given several times
    #[arg(short, long = "format", value_name = "FORM[=FILE]")]
    formats: Vec<String>,
    /// Where the report goes that has no file of its own
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Let pass what FILE knows; it is written where it is not there
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Take out of the baseline what is no more; what is new stays out of it
    #[arg(long, requires = "baseline")]
    update_baseline: bool,
    /// Ask links to other sites whether they answer; what does not is a warning
    #[arg(long)]
    external: bool,
    #[command(flatten)]
    cache: CacheOptions,
    /// Mend what is safe to mend: ids of cells, empty cells at the end, volatile metadata, the case of
    /// links. All else of the files stays as it is, byte by byte
    #[arg(long)]
    fix: bool,
    /// How often each rule was broken, in place of the findings
    #[arg(long)]
    statistics: bool,
    #[command(flatten)]
    manner: Manner,
}

/// What is checked.
struct Subject {
    root: PathBuf,
    src: SitePath,
    /// The files whose findings are wanted.
    only: Option<BTreeSet<SitePath>>,
}

impl Check {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let started = Instant::now();
        super::workers(self.manner.jobs)?;
        let forms = self.forms()?;
        let Subject { root, src, only } = self.subject()?;
        let config = configuration(&root, &src, None)?;
        let secrets = config.reading.secrets.thorough();
        // Only what answered in the web is kept, so only then the cache is looked at.
        let cache = if self.external { self.cache.folder(&root, &src)? } else { None };
        let cache = cache.and_then(|folder| Cache::open(&folder).ok());
        let known = || cache.as_ref().map(Cache::answers).unwrap_or_default();
        // The first is that of merged results, where HEAD holds what others merged meanwhile.
        let in_pipeline = || {
            let names = ["CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA"];
            names.into_iter().find_map(super::variable)
        };
        let head = || self.staged.then(|| "HEAD".to_owned());
        let request = check::Request {
            base: self.since.clone().or(self.base.clone()).or_else(head).or_else(in_pipeline),
            is_since: self.since.is_some() || self.staged,
            is_staged: self.staged,
            is_named: self.since.is_some() || self.base.is_some(),
            out: absolute(Path::new("public"))?,
            today: today(),
            web: self.external.then(known),
            config: config.into(),
            root,
            src,
            only,
        };
        let progress = Progress::new(self.manner.quiet);
        let mut outcome = check::check(&request, &|done, of| progress.show(done, of))?;
        progress.end();
        if self.fix && self.mend(&request, &outcome) {
            outcome = check::check(&request, &|_, _| ())?;
        }
        let Outcome { sources, diagnostics, remarks, web } = outcome;
        if let (Some(cache), Some(answers)) = (&cache, &web) {
            // Where it cannot be kept, it is asked again.
            let _ = cache.keep_answers(answers);
        }
        if !self.manner.quiet {
            remarks.iter().for_each(|remark| eprintln!("note: {remark}"));
        }
        if sources.is_empty() && !self.manner.quiet && self.since.is_none() && !self.staged {
            eprintln!("note: none of what is named is a notebook or a page of this site");
        }
        let (diagnostics, known) = self.news(diagnostics)?;
        let prefix = history::origin(&request.root).prefix;
        let machine = Machine {
            diagnostics: &diagnostics,
            sources: &sources,
            prefix: &prefix,
            is_strict: self.manner.strict,
        };
        let colour = super::has_colour(&std::io::stdout());
        for (form, file) in &forms {
            let text = match form {
                Form::Text => {
                    let colour = colour && file.is_none();
                    let least = self.manner.least();
                    let report = Report { root: &request.root, least, colour, secrets: &secrets };
                    if self.statistics { statistics(&diagnostics) } else { report.text(&diagnostics) }
                }
                form => machine.text(*form),
            };
            match file {
                Some(file) => write(file, &text)?,
                None => super::out(&text)?,
            }
        }
        if !self.manner.quiet {
            eprintln!("{}", self.summary(&diagnostics, (sources.len(), known), started));
        }
        Ok(self.manner.code(&diagnostics))
    }

    /// Mends the files that were checked; says whether any changed.
    fn mend(&self, request: &check::Request, outcome: &Outcome) -> bool {
        let mut changed = false;
        for source in &outcome.sources {
            let of_source = outcome.diagnostics.iter().filter(|diagnostic| diagnostic.file == *source);
            let is_notebook = source.extension() == "ipynb";
            let spelling = |diagnostic: &Diagnostic| {
                let note = &diagnostic.note;
                let (from, to) = note.instead.clone()?;
                let cell = note.cell.as_ref().map(|cell| cell.number).filter(|_| is_notebook);
                Some(Spelling {
                    cell,
                    line: if is_notebook { note.line? } else { note.file_line()? },
                    from,
                    to,
                })
            };
            let spellings: Vec<Spelling> = of_source.filter_map(spelling).collect();
            let Some(text) =
                disk::read_inside(&request.root, source).ok().and_then(|bytes| String::from_utf8(bytes).ok())
            else {
                continue;
            };
            let mended =
                if is_notebook { mend::notebook(&text, &spellings) } else { mend::text(&text, &spellings) };
            let Some(Mended { text, done }) = mended else { continue };
            if let Err(why) = disk::replace_inside(&request.root, source, text.as_bytes()) {
                eprintln!("error: {why}; it stays as it is");
                continue;
            }
            changed = true;
            if !self.manner.quiet {
                let done: Vec<String> = done.iter().map(|(count, what)| of(*count, what)).collect();
                eprintln!("mended: `{source}`: {}", done.join(", "));
            }
        }
        changed
    }

    /// The forms that are asked for with their files; text on the terminal, where nothing else
    /// goes there.
    fn forms(&self) -> Result<Vec<(Form, Option<PathBuf>)>, String> {
        let mut forms = Vec::new();
        for said in &self.formats {
            let (name, file) =
                said.split_once('=').map_or((said.as_str(), None), |(name, file)| (name, Some(file)));
            let form = Form::of_name(name).ok_or_else(|| {
                let names: Vec<&str> = Form::ALL.iter().map(|(name, _)| *name).collect();
                format!("`{name}` is no form of report; known are {}", names.join(", "))
            })?;
            let file = file.map(PathBuf::from).or_else(|| self.output.clone());
            if file.is_some() && forms.iter().any(|(_, other)| *other == file) {
                return Err("two reports cannot share a file; give each its own: --format junit=report.xml"
                    .to_owned());
            }
            forms.push((form, file));
        }
        if forms.is_empty() {
            forms.push((Form::Text, self.output.clone()));
        } else if forms.iter().all(|(form, file)| file.is_some() && *form != Form::Text) {
            forms.push((Form::Text, None));
        }
        let to_terminal = forms.iter().filter(|(_, file)| file.is_none()).count();
        if to_terminal > 1 {
            return Err("two reports cannot share the terminal; give one a file: --format junit=report.xml"
                .to_owned());
        }
        Ok(forms)
    }

    fn subject(&self) -> Result<Subject, String> {
        let real = |path: &PathBuf| {
            std::fs::canonicalize(path).map_err(|error| format!("`{}`: {error}", path.display()))
        };
        let site = self.site.as_ref().map(real).transpose()?;
        let (folder, is_whole) = match (&site, self.paths.as_slice()) {
            (Some(site), paths) => (site.clone(), paths.is_empty()),
            (None, []) => (real(&PathBuf::from("."))?, true),
            (None, [one]) if one.is_dir() => (real(one)?, true),
            (None, [first, ..]) => (disk::find_root(named(first)?.parent().unwrap_or(first)), false),
        };
        let (root, src) = super::place_of(&folder)?;
        if is_whole {
            return Ok(Subject { root, src, only: None });
        }
        let mut only = BTreeSet::new();
        for path in &self.paths {
            match super::relative(&root, &named(path)?) {
                Ok(relative) if path.is_dir() => only.extend(disk::files_below(&root, &relative)),
                Ok(relative) => drop(only.insert(relative)),
                // A hook hands over all files of a repo of which the site is a part.
                Err(_) => eprintln!(
                    "note: `{}` lies outside of the site's repo, and is not checked",
                    path.display()
                ),
            }
        }
        Ok(Subject { root, src, only: Some(only) })
    }

    /// What the baseline does not know, and what is to be said of the rest.
    fn news(&self, diagnostics: Vec<Diagnostic>) -> Result<(Vec<Diagnostic>, Option<String>), String> {
        let Some(file) = &self.baseline else { return Ok((diagnostics, None)) };
        let shown = file.display();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("`{shown}`: {error}")),
        };
        let is_partial = self.since.is_some() || self.staged || !self.paths.is_empty();
        let Some(text) = text else {
            if std::env::var("CI").is_ok_and(|ci| !ci.is_empty() && ci != "false") {
                return Err(format!(
                    "the baseline `{shown}` is not there; make it where you work, and commit it"
                ));
            }
            if is_partial {
                return Err(format!("the baseline `{shown}` is not there; make it of the whole repo first"));
            }
            let baseline = Baseline::of(&diagnostics);
            write(file, &baseline.text())?;
            let said = format!("{} known from now on by `{shown}`; commit it", of(baseline.len(), "finding"));
            return Ok((Vec::new(), Some(said)));
        };
        let mut baseline = Baseline::parse(&text).map_err(|why| format!("`{shown}`: {why}"))?;
        let gone = baseline.take_out_mended(&diagnostics);
        let news = baseline.news(diagnostics);
        let mut said = format!("{} known by `{shown}`", of(baseline.len(), "finding"));
        if gone > 0 && !is_partial {
            if self.update_baseline {
                write(file, &baseline.text())?;
                said.push_str(&format!("; {gone} that are no more were taken out of it"));
            } else {
                said.push_str(&format!("; {gone} more of it are mended: --update-baseline takes them out"));
            }
        }
        Ok((news, Some(said)))
    }

    fn summary(
        &self,
        diagnostics: &[Diagnostic],
        (sources, known): (usize, Option<String>),
        started: Instant,
    ) -> String {
        let count =
            |severity| diagnostics.iter().filter(|diagnostic| diagnostic.note.severity == severity).count();
        let files: BTreeSet<&SitePath> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.note.severity >= self.manner.least())
            .map(|diagnostic| &diagnostic.file)
            .collect();
        let infos = count(Severity::Info);
        let hidden = if infos > 0 && !self.manner.verbose { " (--verbose)" } else { "" };
        let mut out = format!(
            "{}, {}, {infos} to know{hidden}, in {}; {} checked in {:.2} s",
            of(count(Severity::Error), "error"),
            of(count(Severity::Warning), "warning"),
            of(files.len(), "file"),
            of(sources, "source"),
            started.elapsed().as_secs_f64(),
        );
        let mut families: BTreeMap<Family, usize> = BTreeMap::new();
        for diagnostic in
            diagnostics.iter().filter(|diagnostic| diagnostic.note.severity >= self.manner.least())
        {
            *families.entry(diagnostic.note.rule.entry().family).or_default() += 1;
        }
        if families.len() > 1 {
            let parts: Vec<String> = families
                .iter()
                .map(|(family, count)| format!("{} {count}", family.name().to_lowercase()))
                .collect();
            out.push_str(&format!("\n  {}", parts.join(", ")));
        }
        if let Some(known) = known {
            out.push_str(&format!("\n  {known}"));
        }
        out
    }
}

/// The place of a path as it is named: of a link its own, not that of what it leads to.
fn named(path: &Path) -> Result<PathBuf, String> {
    let say = |error: std::io::Error| format!("`{}`: {error}", path.display());
    std::fs::symlink_metadata(path).map_err(say)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match path.file_name() {
        Some(name) => Ok(std::fs::canonicalize(parent).map_err(say)?.join(name)),
        None => std::fs::canonicalize(path).map_err(say),
    }
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|error| format!("`{}`: {error}", file.display()))
}

/// How often each rule was broken, the most often first.
fn statistics(diagnostics: &[Diagnostic]) -> String {
    let mut counts: BTreeMap<(Rule, Severity), (usize, BTreeSet<&SitePath>)> = BTreeMap::new();
    for diagnostic in diagnostics {
        let (count, files) = counts.entry((diagnostic.note.rule, diagnostic.note.severity)).or_default();
        *count += 1;
        files.insert(&diagnostic.file);
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|((rule, severity), (count, _))| (std::cmp::Reverse(*count), *rule, *severity));
    let mut out = String::new();
    for ((rule, severity), (count, files)) in rows {
        let files = of(files.len(), "file");
        out.push_str(&format!("{count:>7}  {:<7}  {:<22} in {files}\n", severity.name(), rule.id()));
    }
    out
}

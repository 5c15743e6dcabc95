//! `bindery init`: a repo made ready to be published.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use rayon::prelude::*;

use super::{absolute, configuration, out, today};
use crate::config::{Config, Forge};
use crate::disk::{self, Found, Source};
use crate::history;
use crate::notebook::Format;
use crate::path::SitePath;
use crate::start::{Act, Facts, Kernel, Step, plan};
use crate::yaml;

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder whose notebooks are to be published
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What comes behind it.
const NEXT: &str = "
next: bindery serve --open shows the site while you write, bindery check says what is wrong,
bindery build writes it to public/
";

impl Init {
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let root =
            std::fs::canonicalize(&self.dir).map_err(|error| format!("`{}`: {error}", self.dir.display()))?;
        if !root.is_dir() {
            return Err(format!("`{}` is no folder", self.dir.display()));
        }
        let (facts, top) = facts(&root)?;
        out(&seen(&facts))?;
        let steps = plan(&facts);
        let is_written = |step: &&Step| matches!(step.act, Act::Create(_) | Act::Append(_));
        // All or nothing, as far as can be seen: a link on the way may lead out of the repo.
        steps.iter().filter(is_written).try_for_each(|step| disk::leads_inside(&top, &step.path))?;
        for Step { path, act } in &steps {
            out(&self.take(&top, path, act)?)?;
        }
        if !self.dry_run {
            if steps.iter().filter(is_written).any(|step| step.path.name() == "bindery.yml") {
                out("\nbefore the first pipeline: .gitlab-ci.yml says how a job gets bindery\n")?;
            }
            out(NEXT)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Takes a step, and says so.
    fn take(&self, top: &Path, path: &SitePath, act: &Act) -> Result<String, String> {
        let would = if self.dry_run { "would " } else { "" };
        Ok(match act {
            Act::Keep(why) => format!("keep {path}: {}\n", why.trim_end().replace('\n', "\n    ")),
            Act::Create(text) => {
                if !self.dry_run {
                    disk::create_inside(top, path, text.as_bytes())?;
                }
                format!("{would}create {path}\n")
            }
            Act::Append(text) => {
                if !self.dry_run {
                    let mut all =
                        disk::read_inside(top, path).map_err(|error| format!("`{path}`: {error}"))?;
                    all.extend_from_slice(text.as_bytes());
                    disk::replace_inside(top, path, &all)?;
                }
                format!("{would}add to {path}: {}\n", text.split_whitespace().collect::<Vec<_>>().join(" "))
            }
        })
    }
}

/// The configuration of a repo, and its sources.
pub(super) fn walked(root: &Path) -> Result<(Config, Vec<Source>), String> {
    let config = configuration(root, &SitePath::root(), None)?;
    let out = absolute(&root.join("public"))?;
    let Found { sources, .. } = disk::walk(root, &SitePath::root(), &out, &config)?;
    Ok((config, sources))
}

/// What is known of the repo of a folder, and the top of that repo.
fn facts(root: &Path) -> Result<(Facts, PathBuf), String> {
    let origin = history::origin(root);
    let (config, sources) = walked(root)?;
    let top = root.ancestors().nth(origin.prefix.segments().count()).unwrap_or(root).to_path_buf();
    let forge = origin.remote.as_deref().and_then(|url| Forge::new(url, "main", SitePath::root()));
    let url = forge.as_ref().map(Forge::url);
    let name = match url.and_then(|url| url.rsplit('/').next()).filter(|_| origin.prefix.is_root()) {
        Some(name) => name.to_owned(),
        None => root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    let notebooks = sources.iter().filter(|source| source.format == Format::Ipynb).count();
    let text = |name: &str| disk::text_inside(&top, &SitePath::new(name)?);
    let facts = Facts {
        has_git: history::tracked(root).is_some(),
        name,
        host: url.and_then(|url| url.split('/').nth(2)).map(str::to_owned),
        notebooks,
        pages: sources.len() - notebooks,
        kernels: kernels(root, sources.iter().map(|source| &source.path)),
        nav: config.nav.as_ref().map(|nav| (nav.tool.to_owned(), nav.path.clone())),
        has_title: config.nav.as_ref().is_some_and(|nav| nav.title.is_some()),
        there: Facts::asked(&origin.prefix).into_iter().filter(|path| disk::exists(&top, path)).collect(),
        gitignore: text(".gitignore"),
        stage: text(".gitlab-ci.yml").as_deref().and_then(last_stage),
        pipeline: text(".gitlab-ci.yml"),
        date: today().to_string(),
        prefix: origin.prefix,
    };
    Ok((facts, top))
}

/// The last stage of a pipeline that has stages of its own and no `deploy` among them.
fn last_stage(pipeline: &str) -> Option<String> {
    let said = yaml::map(pipeline).ok()?;
    let stages: Vec<&str> =
        said.get("stages")?.as_array()?.iter().filter_map(|stage| stage.as_str()).collect();
    if stages.contains(&"deploy") { None } else { stages.last().map(|stage| (*stage).to_owned()) }
}

/// The kernels that the notebooks among some sources name, the most used first.
pub(super) fn kernels<'a>(root: &Path, sources: impl Iterator<Item = &'a SitePath>) -> Vec<(Kernel, usize)> {
    let notebooks: Vec<&SitePath> = sources.filter(|path| path.extension() == "ipynb").collect();
    let named: Vec<Kernel> = notebooks
        .par_iter()
        .filter_map(|path| Kernel::of_notebook(&disk::read_inside(root, path).ok()?))
        .collect();
    // One kernel has many names for people.
    let mut counts: BTreeMap<String, (Kernel, usize)> = BTreeMap::new();
    for kernel in named {
        counts.entry(kernel.name.clone()).or_insert((kernel, 0)).1 += 1;
    }
    let mut counts: Vec<(Kernel, usize)> = counts.into_values().collect();
    // Of two that are as common, the newer Python.
    counts.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| b.cmp(a)));
    counts
}

/// What was seen, in words.
fn seen(facts: &Facts) -> String {
    let mut out =
        format!("{}, {}", super::of(facts.notebooks, "notebook"), super::of(facts.pages, "other page"));
    if !facts.kernels.is_empty() {
        let kernels: Vec<String> =
            facts.kernels.iter().take(5).map(|(kernel, count)| format!("{} {count}", kernel.name)).collect();
        out.push_str(&format!("; kernels: {}", kernels.join(", ")));
    }
    if let Some((tool, file)) = &facts.nav {
        out.push_str(&format!("; ordered by {tool}'s {file}"));
    }
    if let Some(host) = &facts.host {
        out.push_str(&format!("; on {host}"));
    }
    if !facts.has_git {
        out.push_str("; no git repo, so no pipeline is written");
    }
    out.push_str("\n\n");
    out
}

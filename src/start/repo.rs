//! What a repo has → what it lacks.

use std::collections::BTreeSet;

use super::PIPELINE;
use super::notebook::{BUILT_IN, Filling, Kernel};
use crate::path::SitePath;
use crate::site::title_of_name;

/// What is known of a repo.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Where the root of the site lies in the git repo.
    pub prefix: SitePath,
    /// Whether there is a git repo.
    pub has_git: bool,
    /// What the repo is called.
    pub name: String,
    /// The host of its remote, where there is one.
    pub host: Option<String>,
    /// How many notebooks it holds.
    pub notebooks: usize,
    /// How many pages of Markdown and scripts.
    pub pages: usize,
    /// The kernels of its notebooks with their numbers, the most used first.
    pub kernels: Vec<(Kernel, usize)>,
    /// The navigation file of another tool: the tool and the file.
    pub nav: Option<(String, SitePath)>,
    /// Whether that file gives the site a title.
    pub has_title: bool,
    /// Files at the top of the git repo that are there already, of those that may be written.
    pub there: BTreeSet<SitePath>,
    /// The text of `.gitignore` and of `.gitlab-ci.yml` there, where they are.
    pub gitignore: Option<String>,
    /// See `gitignore`.
    pub pipeline: Option<String>,
    /// The stage for the jobs, where the pipeline has stages and `deploy` is none of them.
    pub stage: Option<String>,
    /// The day, as `YYYY-MM-DD`.
    pub date: String,
}

/// Something to be done with one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The file, relative to the top of the git repo.
    pub path: SitePath,
    /// What.
    pub act: Act,
}

/// What is done with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It is made with this text.
    Create(String),
    /// This text is added to its end.
    Append(String),
    /// It stays as it is; why, and what its owner may do.
    Keep(String),
}

/// What stands in a pipeline that includes bindery's template.
const INCLUDED: [&str; 3] = [".gitlab/bindery.yml", "/pages@", "templates/pages.yml"];

/// What git must not track of what bindery and Jupyter leave behind.
const IGNORED: [&str; 5] =
    ["/public/", "/bindery-report/", "/.bindery-cache/", ".gitlab-ci-local/", ".ipynb_checkpoints/"];

/// The files that [`plan`] may write, relative to the top of the git repo.
struct Places {
    config: SitePath,
    runbook: SitePath,
    pipeline: SitePath,
    template: SitePath,
    routes: SitePath,
    ignored: SitePath,
}

impl Places {
    fn new(prefix: &SitePath) -> Self {
        let (top, gitlab) = (SitePath::root(), SitePath::root().child(".gitlab"));
        Self {
            config: prefix.child("bindery.toml"),
            runbook: prefix.child("runbooks").child("first-runbook.ipynb"),
            pipeline: top.child(".gitlab-ci.yml"),
            template: gitlab.child("bindery.yml"),
            routes: gitlab.child("route-map.yml"),
            ignored: top.child(".gitignore"),
        }
    }
}

impl Facts {
    /// The files that [`plan`] asks about, relative to the top of the git repo.
    pub fn asked(prefix: &SitePath) -> Vec<SitePath> {
        let Places { config, runbook, pipeline, template, routes, ignored } = Places::new(prefix);
        vec![config, runbook, pipeline, template, routes, ignored]
    }

    fn source(&self) -> &str {
        if self.prefix.is_root() { "." } else { self.prefix.as_str() }
    }

    fn is_on_github(&self) -> bool {
        self.host.as_deref().is_some_and(|host| host == "github.com" || host.starts_with("github."))
    }
}

/// What is to be done so that a repo is published: nothing that is there is written over.
pub fn plan(facts: &Facts) -> Vec<Step> {
    let mut steps = Vec::new();
    let Places { config, runbook, pipeline, template, routes, ignored } = Places::new(&facts.prefix);
    let mut create = |path: SitePath, text: &dyn Fn() -> String| {
        let act = if facts.there.contains(&path) {
            Act::Keep("it is there already".to_owned())
        } else {
            Act::Create(text())
        };
        steps.push(Step { path, act });
    };
    create(config, &|| configuration(facts));
    if facts.notebooks == 0 {
        create(runbook, &|| first_runbook(facts));
    }
    if facts.has_git && !facts.is_on_github() {
        create(template.clone(), &|| PIPELINE.to_owned());
        create(routes, &|| route_map(&facts.prefix));
        let include = include(facts, &template);
        let act = match &facts.pipeline {
            None => Act::Create(include),
            Some(text) if INCLUDED.iter().any(|entry| text.contains(entry)) => {
                Act::Keep(format!("it includes bindery already; its `source` must be {}", facts.source()))
            }
            Some(_) => Act::Keep(format!(
                "it is there already; add to it (where it has an `include`, the entry alone):\n\n{include}"
            )),
        };
        steps.push(Step { path: pipeline, act });
    } else if facts.has_git {
        steps.push(Step {
            path: pipeline,
            act: Act::Keep("this repo is on GitHub: publish `public` by a workflow of its own".to_owned()),
        });
    }
    if facts.has_git {
        let known: BTreeSet<&str> =
            facts.gitignore.iter().flat_map(|text| text.lines()).map(str::trim).collect();
        let is_known = |line: &str| {
            let bare = line.trim_matches('/');
            known.iter().any(|known| {
                known.trim_matches('/') == bare || known.trim_start_matches("**/").trim_matches('/') == bare
            })
        };
        // Who builds in the folder itself has the site there.
        let inner = (!facts.prefix.is_root()).then(|| format!("/{}/public/", facts.prefix));
        let wanted = IGNORED.iter().map(|line| (*line).to_owned()).chain(inner);
        let missing: Vec<String> = wanted.filter(|line| !is_known(line)).collect();
        let lines: String = missing.iter().map(|line| format!("{line}\n")).collect();
        let act = match &facts.gitignore {
            _ if missing.is_empty() => Act::Keep("it has all lines that it needs".to_owned()),
            None => Act::Create(lines),
            Some(text) if text.is_empty() || text.ends_with('\n') => Act::Append(lines),
            Some(_) => Act::Append(format!("\n{lines}")),
        };
        steps.push(Step { path: ignored, act });
    }
    steps
}

fn configuration(facts: &Facts) -> String {
    let mut out = String::from(
        "# All of this can be left out. What else can stand here: bindery config --schema\n\n[site]\n",
    );
    let name = if facts.name.is_empty() { "notebooks" } else { &facts.name };
    let title = toml::Value::String(title_of_name(&SitePath::root().child(name))).to_string();
    match &facts.nav {
        Some((tool, file)) if facts.has_title => {
            out.push_str(&format!("# The title and the order of the pages are those of {tool}'s {file}.\n"));
            out.push_str(&format!("# title = {title}\n"));
        }
        Some((tool, file)) => {
            out.push_str(&format!("title = {title}\n# The order of the pages is that of {tool}'s {file}.\n"));
        }
        None => out.push_str(&format!("title = {title}\n")),
    }
    out.push_str("# description = \"One sentence on what these notebooks are for\"\n");
    if facts.host.is_none() {
        out.push_str(
            "# repo_url = \"https://gitlab.example.com/group/project\"  # for links to edit and to report\n",
        );
    }
    out.push_str(
        "\n# What `bindery check` asks of pages beyond its rules:\n# [[check.paths]]\n# paths = [\"runbooks/**\"]\n# require.front_matter = [\"owner\", \"last_reviewed_on\"]\n# require.headings = [\"Impact\", \"Diagnosis\", \"Mitigation\"]\n",
    );
    out
}

fn first_runbook(facts: &Facts) -> String {
    let template = BUILT_IN.first().map_or("", |(_, _, text)| *text);
    let filling = Filling { title: "A first runbook".to_owned(), date: facts.date.clone(), kernel: None };
    filling.notebook(template).unwrap_or_default()
}

fn include(facts: &Facts, template: &SitePath) -> String {
    let mut out = format!(
        "# bindery checks each merge request, shows a preview of its site, and publishes the default branch.\n# A job gets bindery from the package registry of a project of this instance, bindery/bindery where\n# nothing is said. Where there is none, one of these inputs is needed; {template} has all of them.\ninclude:\n  - local: {template}\n    inputs:\n"
    );
    out.push_str(&format!("      source: {}\n", quoted(facts.source())));
    if let Some(stage) = &facts.stage {
        out.push_str(&format!("      stage: {}\n", quoted(stage)));
    }
    out.push_str(
        "      # project: tools/bindery             # whose package registry holds its releases\n      # install: pip install --no-index tools/bindery-0.1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl\n      # binary: /opt/bindery/bindery       # where it is on the image or the runner already\n      # image: registry.example.com/tools/bindery:0.1.0\n",
    );
    out
}

/// Which page a file becomes, as GitLab asks (<https://docs.gitlab.com/ci/environments/#go-from-source-files-to-public-pages>):
/// the first pattern that fits holds.
fn route_map(prefix: &SitePath) -> String {
    let below = if prefix.is_root() { String::new() } else { format!("{}\\/", escaped(prefix.as_str())) };
    let rules = [
        (
            format!("/^{below}(.+\\/)?(?:index|Index|INDEX|readme|Readme|README)\\.(?:ipynb|md)$/"),
            "'\\1index.html'",
        ),
        (format!("/^{below}(.+)\\.(?:ipynb|md)$/"), "'\\1.html'"),
    ];
    let mut out = String::from("# Which page GitLab shows for a changed file: \"View on …\".\n");
    for (source, public) in rules {
        out.push_str(&format!("- source: '{}'\n  public: {public}\n", source.replace('\'', "''")));
    }
    out
}

/// A path as a part of a regular expression between slashes.
fn escaped(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        if !c.is_alphanumeric() && !matches!(c, '_' | '-' | ' ') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A text as YAML has it.
fn quoted(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

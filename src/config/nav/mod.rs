//! Navigation files of other tools → one tree of entries. They order a site that has no `[nav]` of
//! its own, so that a repo written for another tool keeps its order.
//!
//! Schemas: <https://mystmd.org/guide/table-of-contents>,
//! <https://jupyterbook.org/en/stable/structure/toc.html>,
//! <https://quarto.org/docs/websites/website-navigation.html>,
//! <https://www.mkdocs.org/user-guide/configuration/#nav>.

mod jupyter_book;
mod mkdocs;
mod myst;
mod quarto;
pub mod toctree;

use serde_json::{Map, Value};

use crate::address::Address;
use crate::path::SitePath;
use crate::yaml;

/// A navigation file that was read.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct NavFile {
    /// Whose it is.
    pub tool: &'static str,
    /// The file, relative to the root.
    pub path: SitePath,
    /// The folder that its paths are relative to.
    pub base: SitePath,
    /// Its entries in order.
    pub entries: Vec<NavEntry>,
    /// Keys in it that have no meaning here, in order and once each.
    pub ignored: Vec<String>,
    /// The name that it gives the site.
    pub title: Option<String>,
    /// The works that its pages may cite.
    pub bibliography: Vec<SitePath>,
    /// What is wrong with it.
    pub faults: Vec<String>,
    /// Globs of files that its tool does not publish as pages, relative to the root.
    pub left_out: Vec<String>,
    /// Globs of the only files that it publishes; all where there are none.
    pub only: Vec<String>,
}

impl NavFile {
    /// Adds a glob relative to the base, as gitignore writes it: a name without a slash holds at
    /// any depth, a folder for all in it.
    fn leave_out(&mut self, glob: &str) {
        let glob = glob.trim().trim_start_matches("./");
        if glob.is_empty() || glob.starts_with(['#', '!']) {
            return;
        }
        let anchored = glob.trim_end_matches('/').contains('/');
        let glob = glob.trim_start_matches('/');
        let deep = if anchored || glob.starts_with("**") { "" } else { "**/" };
        let inside = if glob.ends_with('/') { "**" } else { "" };
        self.left_out.push(self.below_base(&format!("{deep}{glob}{inside}")));
    }

    /// A glob relative to the root.
    fn below_base(&self, glob: &str) -> String {
        if self.base.is_root() { glob.to_owned() } else { format!("{}/{glob}", self.base) }
    }

    /// Publishes only what the entries name, with or without extensions.
    fn only_entries(&mut self) {
        fn collect(entries: &[NavEntry], into: &mut Vec<String>) {
            for entry in entries {
                match &entry.target {
                    NavTarget::Page(path) => {
                        let path = path.trim_start_matches('/');
                        into.extend([path.to_owned(), format!("{path}.*")]);
                    }
                    NavTarget::Glob(glob) => into.extend([glob.clone(), format!("{glob}.*")]),
                    NavTarget::Group | NavTarget::Url(_) => {}
                }
                collect(&entry.children, into);
            }
        }
        let mut globs = Vec::new();
        collect(&self.entries, &mut globs);
        self.only = globs.iter().map(|glob| self.below_base(glob)).collect();
    }
}

/// An entry of a navigation.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct NavEntry {
    /// Its title in the navigation, where it has one of its own.
    pub title: Option<String>,
    /// Where it leads.
    pub target: NavTarget,
    /// What stands below it.
    pub children: Vec<NavEntry>,
    /// Whether it is left out of what readers see.
    pub hidden: bool,
}

/// Where an entry of a navigation leads.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub enum NavTarget {
    /// Nowhere: it is the title of what stands below it.
    #[default]
    Group,
    /// To a page, by its path relative to the base; the extension may be missing.
    Page(String),
    /// To all pages that a glob matches.
    Glob(String),
    /// To another site.
    Url(Address),
}

/// Reads a file of the repo as text; `None` where it is not there.
pub type Read<'a> = &'a dyn Fn(&SitePath) -> Option<String>;

/// A reader of one tool's file: the folder it lies in, and what reads files.
type Reader = fn(&SitePath, Read<'_>) -> Option<NavFile>;

/// The tools, in the order in which their files count.
const TOOLS: &[Reader] = &[
    myst::read,
    jupyter_book::read,
    jupyter_book::read_data,
    quarto::read,
    quarto::read_nbdev,
    mkdocs::read,
    toctree::read,
];

/// Folders in which the files of a documentation use to lie.
const FOLDERS: [&str; 5] = ["docs", "doc", "book", "nbs", "content"];

/// The navigation file of another tool: in the published folder, at the root, or in a folder that
/// documentations use to lie in.
pub fn find(src: &SitePath, read: Read<'_>) -> Option<NavFile> {
    let root = SitePath::root();
    let mut folders = vec![src.clone()];
    folders.extend((!src.is_root()).then(|| root.clone()));
    folders.extend(FOLDERS.iter().map(|name| root.child(name)).filter(|folder| folder != src));
    folders.iter().find_map(|folder| TOOLS.iter().find_map(|tool| tool(folder, read)))
}

/// The map in a YAML file under one of these names.
fn yaml_file(folder: &SitePath, names: &[&str], read: Read<'_>) -> Option<(SitePath, Result<Value, String>)> {
    names.iter().find_map(|name| {
        let path = folder.child(name);
        let text = read(&path)?;
        Some((path, yaml::read(&text)))
    })
}

/// Notes keys that mean nothing here.
fn ignore(map: &Map<String, Value>, known: &[&str], ignored: &mut Vec<String>) {
    for key in map.keys() {
        if !known.contains(&key.as_str()) && !ignored.contains(key) {
            ignored.push(key.clone());
        }
    }
}

fn text(map: &Map<String, Value>, key: &str) -> Option<String> {
    match map.get(key)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Files named relative to a folder; those of other hosts are left out.
fn files(folder: &SitePath, value: Option<&Value>) -> Vec<SitePath> {
    texts(value).iter().filter(|name| !name.contains("://")).filter_map(|name| folder.join(name)).collect()
}

/// A page or another site, by how the text looks. What is neither is looked for as a page, and
/// said to be none.
fn target(text: &str) -> NavTarget {
    match Address::parse(text) {
        Some(address) => NavTarget::Url(address),
        None => NavTarget::Page(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a repo of one navigation file says, as lines.
    fn outline(files: &[(&str, &str)]) -> (String, NavFile) {
        let read = |path: &SitePath| {
            files.iter().find(|(name, _)| *name == path.as_str()).map(|(_, text)| (*text).to_owned())
        };
        let file = find(&SitePath::root(), &read).expect("a navigation");
        fn lines(entries: &[NavEntry], depth: usize, out: &mut String) {
            for entry in entries {
                let target = match &entry.target {
                    NavTarget::Group => String::new(),
                    NavTarget::Page(path) => path.clone(),
                    NavTarget::Glob(glob) => format!("*{glob}"),
                    NavTarget::Url(url) => url.to_string(),
                };
                let title = entry.title.as_deref().unwrap_or("-");
                out.push_str(&format!("{}{title} {target}\n", "  ".repeat(depth)));
                lines(&entry.children, depth + 1, out);
            }
        }
        let mut out = String::new();
        lines(&file.entries, 0, &mut out);
        (out, file)
    }

    #[test]
    fn mystmd() {
        let text = "version: 1\nproject:\n  title: Books\n  toc:\n    - file: index.md\n    - title: Group\n      children:\n        - file: a.ipynb\n          title: A\n        - pattern: more/*.md\n    - url: https://example.org\n      open_in_same_tab: true\n";
        let (out, file) = outline(&[("myst.yml", text)]);
        assert_eq!(out, "- index.md\nGroup \n  A a.ipynb\n  - *more/*.md\n- https://example.org\n");
        assert_eq!((file.tool, file.title.as_deref()), ("MyST", Some("Books")));
        assert_eq!(file.ignored, ["open_in_same_tab"]);
    }

    #[test]
    fn jupyter_books_and_articles() {
        let book = "format: jb-book\nroot: intro\noptions:\n  numbered: true\nparts:\n- caption: First\n  chapters:\n  - file: a\n    sections:\n    - file: b\n  - glob: more/*\n";
        let (out, file) =
            outline(&[("_toc.yml", book), ("_config.yml", "title: Book\nbibtex_bibfiles: [refs.bib]\n")]);
        assert_eq!(out, "- intro\nFirst \n  - a\n    - b\n  - *more/*\n");
        assert_eq!(file.title.as_deref(), Some("Book"));
        assert_eq!(file.bibliography, [SitePath::new("refs.bib").expect("a path")]);
        assert!(file.ignored.contains(&"options".to_owned()), "{:?}", file.ignored);
        let (out, _) =
            outline(&[("_toc.yml", "format: jb-article\nroot: intro\nsections:\n- file: a\n  title: A\n")]);
        assert_eq!(out, "- intro\nA a\n");
        let (out, _) = outline(&[(
            "_toc.yml",
            "- file: intro\n- part: First\n  chapters:\n  - file: a\n- header: H\n- file: b\n",
        )]);
        assert_eq!(out, "- intro\nFirst \n  - a\nH \n  - b\n");
    }

    #[test]
    fn azure_data_studios_books() {
        let text = "- title: Welcome\n  url: /readme\n  not_numbered: true\n  sections:\n  - title: A\n    url: a/b\n- title: Search\n  search: true\n- title: Out\n  url: https://example.org\n  external: true\n";
        let (out, file) = outline(&[("_data/toc.yml", text)]);
        assert_eq!(out, "Welcome /readme\n  A a/b\nOut https://example.org\n");
        assert_eq!(file.base.as_str(), "content");
    }

    #[test]
    fn quartos_sites_and_books() {
        let site = "website:\n  title: Site\n  sidebar:\n    contents:\n      - index.qmd\n      - section: Part\n        contents:\n          - a.ipynb\n          - text: B\n            href: b.qmd\n      - section: auto\n        contents: more\n";
        let (out, file) = outline(&[("_quarto.yml", site)]);
        assert_eq!(out, "- index.qmd\nPart \n  - a.ipynb\n  B b.qmd\nauto \n  - *more/**\n");
        assert_eq!(file.title.as_deref(), Some("Site"));
        let book = "book:\n  title: Book\n  chapters:\n    - index.qmd\n    - part: part.qmd\n      chapters: [a.qmd]\n  appendices: [z.qmd]\nbibliography: refs.bib\n";
        let (out, _) = outline(&[("_quarto.yml", book)]);
        assert_eq!(out, "- index.qmd\n- part.qmd\n  - a.qmd\nAppendices \n  - z.qmd\n");
    }

    #[test]
    fn nbdevs_sidebars() {
        let files = [
            ("nbs/_quarto.yml", "metadata-files: [sidebar.yml]\nwebsite:\n  title: N\n"),
            (
                "nbs/sidebar.yml",
                "website:\n  sidebar:\n    contents:\n      - index.ipynb\n      - 00_core.ipynb\n",
            ),
        ];
        let (out, file) = outline(&files);
        assert_eq!(out, "- index.ipynb\n- 00_core.ipynb\n");
        assert_eq!(file.base.as_str(), "nbs");
    }

    #[test]
    fn mkdocs_sites() {
        let text = "site_name: M\nnav:\n  - Home: index.md\n  - note.ipynb\n  - Guide:\n      - guide/a.md\n      - Repo: https://example.org\nmarkdown_extensions:\n  - pymdownx.emoji:\n      emoji_index: !!python/name:material.extensions.emoji.twemoji\n";
        let (out, file) = outline(&[("mkdocs.yml", text)]);
        assert_eq!(out, "Home index.md\n- note.ipynb\nGuide \n  - guide/a.md\n  Repo https://example.org\n");
        assert_eq!(file.base.as_str(), "docs");
        assert!(file.ignored.contains(&"markdown_extensions".to_owned()));
    }

    #[test]
    fn sphinx_toctrees() {
        let text = "Title\n=====\n\n.. toctree::\n   :maxdepth: 2\n   :caption: First\n\n   installation\n   Words <usage>\n\n.. toctree::\n   :glob:\n\n   sub/*\n";
        let (out, _) = outline(&[("doc/index.rst", text)]);
        assert_eq!(out, "First \n  - installation\n  Words usage\n- *sub/*\n");
    }

    #[test]
    fn what_is_broken_is_said_and_nothing_is_lost() {
        let (out, file) = outline(&[("_toc.yml", "format: jb-book\nroot: [a]\nchapters: {x: 1}\n")]);
        assert_eq!(out, "");
        assert!(!file.faults.is_empty());
        let (_, file) = outline(&[("mkdocs.yml", "nav: [\n")]);
        assert!(file.faults[0].contains("no YAML"), "{:?}", file.faults);
    }
}

//! The configuration: what `bindery.toml` and the command line say, and what it means.
//!
//! [`File`] is the *say* form, strict about its keys. [`Config`] is the *mean* form, which is all
//! that the rooms below the commands see.

mod cells;
pub mod checks;
mod forge;
mod globs;
pub mod nav;

pub use cells::CellRule;
pub use checks::Checks;
pub use forge::Forge;
pub use globs::globs;
pub use nav::{NavEntry, NavFile, NavTarget};

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::path::SitePath;
use crate::secret::{self, Secrets};

/// `bindery.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// What the site is called and where it lives.
    pub site: Site,
    /// What is published.
    pub content: Content,
    /// In which order it stands.
    pub nav: Nav,
    /// How outputs are shown.
    pub outputs: OutputOptions,
    /// How Markdown is read.
    pub markdown: Markdown,
    /// How cells of some pages or with some tags are shown.
    pub cells: Vec<cells::Rule>,
    /// The languages of notebooks that do not name theirs.
    pub language: Language,
    /// How the site is dressed: `name`, and the options that the theme of that name declares.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub theme: toml::Table,
    /// The copy of the site for when it cannot be reached.
    pub archive: Archive,
    /// What is taken for a secret, and what is not.
    pub secrets: secret::Options,
    /// What the check asks for.
    pub check: checks::Table,
}

/// `[language]`: for notebooks whose own metadata name no language that is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Language {
    /// The language of notebooks that say nothing at all.
    pub default: Option<String>,
    /// Languages by the names of kernels.
    pub kernels: BTreeMap<String, String>,
}

/// `[markdown]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Markdown {
    /// Dialects whose meaning holds where dialects disagree: `quarto`, `material`, `myst`.
    pub dialects: Vec<Dialect>,
    /// BibTeX or CSL JSON files of works that any page may cite.
    pub bibliography: Vec<String>,
}

/// A dialect by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Quarto's.
    Quarto,
    /// That of Material for MkDocs.
    Material,
    /// MyST's.
    Myst,
}

/// The dialects that are on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dialects {
    /// Quarto: `hide-…` tags remove.
    pub quarto: bool,
    /// Material: `!!!`, `???` and `===` begin blocks.
    pub material: bool,
    /// MyST: lines that begin with `%` are remarks.
    pub myst: bool,
}

/// `[site]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Site {
    /// Its name; the name of the repo where this is missing.
    pub title: Option<String>,
    /// One sentence on what it is for.
    pub description: Option<String>,
    /// The language of the interface, as BCP 47.
    pub language: Option<String>,
    /// Where it is published, for canonical links, the sitemap and the feed.
    pub base_url: Option<String>,
    /// Where the repo is seen in its forge.
    pub repo_url: Option<String>,
    /// The branch that edit and view links aim at.
    pub branch: Option<String>,
    /// Whether search engines shall stay away.
    pub noindex: bool,
}

/// `[content]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Content {
    /// Globs of the notebooks and pages that are published; all where this is empty.
    pub include: Vec<String>,
    /// Globs of what is passed over.
    pub exclude: Vec<String>,
}

/// `[archive]`: the copy of the whole site for when it cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Archive {
    /// After how many days a copy says that it is old; 0 for never.
    pub max_age_days: u32,
}

impl Default for Archive {
    fn default() -> Self {
        Self { max_age_days: 14 }
    }
}

/// `[nav]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Nav {
    /// Notebooks, pages and folders that stand before all others, in this order.
    pub order: Vec<String>,
}

/// `[outputs]`: how outputs are shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutputOptions {
    /// Text outputs longer than this many lines fold behind their beginning.
    pub fold_lines: u32,
    /// Text outputs larger than this many bytes become a linked file.
    pub max_bytes: usize,
    /// Hosts whose pictures are shown; those of all others stand as links.
    pub remote_images: Vec<String>,
    /// Whether pages offer their notebook and script for download: `true` as a copy in the site,
    /// `"link"` as the file in the forge where that is known, `false` not at all.
    pub downloads: DownloadMode,
}

/// How a page's notebook can be had: `true`, `false` or `"link"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "DownloadWord", into = "DownloadWord")]
#[schemars(with = "DownloadWord")]
pub enum DownloadMode {
    /// Not at all, nor its script.
    None,
    /// As a copy in the site, without what is removed.
    #[default]
    Copied,
    /// As the file in the forge, where that is known.
    Linked,
}

/// As it is written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum DownloadWord {
    Switch(bool),
    Word(String),
}

impl From<DownloadMode> for DownloadWord {
    fn from(mode: DownloadMode) -> Self {
        match mode {
            DownloadMode::None => Self::Switch(false),
            DownloadMode::Copied => Self::Switch(true),
            DownloadMode::Linked => Self::Word("link".to_owned()),
        }
    }
}

impl TryFrom<DownloadWord> for DownloadMode {
    type Error = String;

    fn try_from(said: DownloadWord) -> Result<Self, String> {
        match said {
            DownloadWord::Switch(true) => Ok(Self::Copied),
            DownloadWord::Switch(false) => Ok(Self::None),
            DownloadWord::Word(word) if word == "link" => Ok(Self::Linked),
            DownloadWord::Word(word) => Err(format!("`{word}` must be true, false or \"link\"")),
        }
    }
}

impl Default for OutputOptions {
    fn default() -> Self {
        Self {
            fold_lines: 30,
            max_bytes: 200_000,
            remote_images: Vec::new(),
            downloads: DownloadMode::Copied,
        }
    }
}

/// What the surroundings of a build tell: git and the variables of CI.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `CI_PAGES_URL`.
    pub pages_url: Option<String>,
    /// `CI_PROJECT_URL`, else the remote of git, as a web address.
    pub repo_url: Option<String>,
    /// `CI_DEFAULT_BRANCH`, else what git knows.
    pub branch: Option<String>,
    /// Where the root lies in the git repo.
    pub prefix: SitePath,
    /// The name of the root's folder.
    pub folder_name: String,
    /// The dialects that files of other tools at the root speak for.
    pub dialects: Dialects,
    /// The navigation file of another tool.
    pub nav: Option<NavFile>,
    /// Files of rules for secrets: their names and texts.
    pub secret_rules: Vec<(String, String)>,
}

/// What a build shall do, all said and merged.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// The name of the site, where somebody gave it one.
    pub title: Option<String>,
    /// Its name where neither the configuration nor the home page gives one.
    pub fallback_title: String,
    /// What it is for.
    pub description: String,
    /// The language of the interface.
    pub language: String,
    /// Where the site lives, ending in a slash.
    pub base_url: Option<String>,
    /// The path that the site stands below, with a slash at both ends, where it is not that of
    /// `base_url`.
    pub base_path: Option<String>,
    /// The forge that holds the repo.
    pub forge: Option<Forge>,
    /// Whether search engines shall stay away.
    pub noindex: bool,
    /// What is published.
    pub include: Vec<String>,
    /// What is passed over.
    pub exclude: Vec<String>,
    /// Paths that stand first.
    pub order: Vec<SitePath>,
    /// Whether the configuration orders the pages itself.
    pub has_nav: bool,
    /// The navigation file of another tool, which orders them where the configuration does not.
    pub nav: Option<NavFile>,
    /// How notebooks are read and rendered.
    pub reading: Reading,
    /// The name of the theme.
    pub theme: String,
    /// What is chosen among the options of the theme.
    pub theme_options: toml::Table,
    /// The copy for when the site cannot be reached.
    pub archive: Archive,
    /// What the check asks for.
    pub checks: Checks,
}

/// What decides how one notebook is read and rendered, whatever else the site holds: all that the
/// rooms up to `render` see of the configuration.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Reading {
    /// How outputs are shown.
    pub outputs: OutputOptions,
    /// The dialects that are on.
    pub dialects: Dialects,
    /// Files of works that any page may cite.
    pub bibliography: Vec<SitePath>,
    /// How cells of some pages or with some tags are shown.
    pub cells: Vec<CellRule>,
    /// The languages of code in notebooks that do not name theirs.
    pub languages: Language,
    /// What is taken for a secret: what is sure to be one is in nothing that is read.
    pub secrets: Secrets,
}

/// A tag of a language (BCP 47) in the spelling of HTML; `None` where it has not the form of one.
fn language_tag(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let is_main =
        |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_more =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (parts.next().is_some_and(is_main) && parts.all(is_more)).then_some(tag)
}

impl File {
    /// Reads the text of `bindery.toml`.
    ///
    /// # Errors
    /// What is wrong, with the line and the keys that are known there.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// The JSON Schema of `bindery.toml`, for editors.
    pub fn schema() -> Schema {
        schema_for!(Self)
    }

    /// Makes the configuration, with what the surroundings tell where the file is silent.
    ///
    /// # Errors
    /// The key whose value means nothing, and why.
    pub fn resolve(self, around: Surroundings) -> Result<Config, String> {
        let base_url = match self.site.base_url.or(around.pages_url) {
            None => None,
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                Some(format!("{}/", url.trim_end_matches('/')))
            }
            Some(url) => return Err(format!("`site.base_url` is `{url}`, which is no http or https URL")),
        };
        let branch = self.site.branch.or(around.branch).unwrap_or_else(|| "main".to_owned());
        let forge =
            self.site.repo_url.or(around.repo_url).and_then(|url| Forge::new(&url, &branch, around.prefix));
        let order = self
            .nav
            .order
            .iter()
            .map(|path| {
                SitePath::new(path)
                    .ok_or_else(|| format!("`nav.order` holds `{path}`, which is no path in the repo"))
            })
            .collect::<Result<_, _>>()?;
        let mut bibliography = self
            .markdown
            .bibliography
            .iter()
            .map(|path| {
                SitePath::new(path).ok_or_else(|| {
                    format!("`markdown.bibliography` holds `{path}`, which is no path in the repo")
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        for path in around.nav.iter().flat_map(|nav| &nav.bibliography) {
            if !bibliography.contains(path) {
                bibliography.push(path.clone());
            }
        }
        let said = |dialect| self.markdown.dialects.contains(&dialect);
        let dialects = Dialects {
            quarto: around.dialects.quarto
                || said(Dialect::Quarto)
                || around.nav.as_ref().is_some_and(|nav| matches!(nav.tool, "Quarto" | "nbdev")),
            material: around.dialects.material || said(Dialect::Material),
            myst: around.dialects.myst || said(Dialect::Myst),
        };
        let mut theme_options = self.theme;
        let theme = match theme_options.remove("name") {
            None => "default".to_owned(),
            Some(toml::Value::String(name)) => name,
            Some(other) => return Err(format!("`theme.name` is {other}, and must be the name of a theme")),
        };
        let mut outputs = self.outputs;
        if outputs.downloads == DownloadMode::Linked && forge.is_none() {
            outputs.downloads = DownloadMode::Copied;
        }
        let name = around.folder_name.trim();
        let fallback_title = if name.is_empty() { "Notebooks".to_owned() } else { name.to_owned() };
        Ok(Config {
            title: self.site.title,
            fallback_title,
            description: self.site.description.unwrap_or_default(),
            language: match self.site.language {
                None => "en".to_owned(),
                Some(tag) => language_tag(&tag).ok_or_else(|| {
                    format!(
                        "`site.language` is `{tag}`, and must be a language as BCP 47 has it: en, de, pt-BR"
                    )
                })?,
            },
            base_url,
            base_path: None,
            forge,
            noindex: self.site.noindex,
            include: self.content.include,
            exclude: self.content.exclude,
            has_nav: !self.nav.order.is_empty(),
            nav: around.nav,
            order,
            reading: Reading {
                outputs,
                dialects,
                bibliography,
                cells: self.cells.into_iter().map(CellRule::new).collect::<Result<_, _>>()?,
                languages: self.language,
                secrets: Secrets::new(&self.secrets, &around.secret_rules)?,
            },
            theme,
            theme_options,
            archive: self.archive,
            checks: Checks::new(self.check)?,
        })
    }
}

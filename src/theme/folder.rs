//! Themes as folders of files, those of the binary and those of a repo, and how one stands on
//! another.

use std::collections::BTreeMap;

use super::options::Manifest;

/// The files of a theme, by their paths below its folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// What it is called.
    pub name: String,
    /// What it holds: `theme.toml`, `templates/…`, `static/…`, `labels/…`.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The name of the theme on which all others stand.
pub const DEFAULT: &str = "default";

macro_rules! built_in {
    ($($theme:literal: [$($file:literal),* $(,)?]),* $(,)?) => {
        &[$(($theme, &[$(($file, include_bytes!(concat!("../../themes/", $theme, "/", $file)))),*])),*]
    };
}

/// A file of the binary: its path, and its bytes.
type File = (&'static str, &'static [u8]);

/// The themes of the binary. The order of the default theme's files is theirs in the style sheet.
const BUILT_IN: &[(&str, &[File])] = built_in! {
    "default": [
        "theme.toml",
        "static/tokens.css",
        "static/layout.css",
        "static/navigation.css",
        "static/prose.css",
        "static/page.css",
        "static/cells.css",
        "static/outputs.css",
        "static/frames.css",
        "static/lists.css",
        "static/search.css",
        "static/print.css",
    ],
    "dense": ["theme.toml", "static/dense.css"],
    "book": ["theme.toml", "static/book.css"],
};

/// The names of the themes of the binary.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// Where the theme of a name is found, if it is in the repo.
pub type Find<'a> = &'a dyn Fn(&str) -> Result<Option<Folder>, String>;

/// A theme and those that it stands on, the last of which is the default theme of the binary.
#[derive(Debug)]
pub struct Chain(pub(super) Vec<Link>);

/// A theme of a chain.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) manifest: Manifest,
    /// Its style sheets, in their order.
    pub(super) styles: Vec<String>,
    /// Its other files, where it is a theme of the repo.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Whether it is of the binary.
    pub(super) is_built_in: bool,
}

impl Chain {
    /// The theme of a name, with its parents: those of the repo stand before those of the binary.
    ///
    /// # Errors
    /// The name that no theme has, a manifest that cannot be read, or themes that stand on each other.
    pub fn new(name: &str, find: Find<'_>) -> Result<Self, String> {
        let mut chain: Vec<Link> = Vec::new();
        let mut next = name.to_owned();
        loop {
            if chain.iter().any(|link| link.name == next) {
                return Err(format!("the theme `{next}` stands on itself: see `parent` in its theme.toml"));
            }
            let link = match (Link::of_binary(&next), find(&next)?) {
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "bindery has a theme `{next}` itself: rename the folder `themes/{next}`"
                    ));
                }
                (Some(link), None) => link?,
                (None, Some(folder)) => Link::of_repo(folder)?,
                (None, None) => {
                    let known: Vec<&str> = built_in().collect();
                    return Err(format!(
                        "there is no theme `{next}`: neither `themes/{next}/theme.toml` in the repo, nor in bindery, which has {}",
                        known.join(", ")
                    ));
                }
            };
            let parent = link.manifest.parent.clone();
            chain.push(link);
            if next == DEFAULT {
                return Ok(Self(chain));
            }
            next = parent.unwrap_or_else(|| DEFAULT.to_owned());
        }
    }
}

impl Link {
    fn of_repo(folder: Folder) -> Result<Self, String> {
        let Folder { name, files } = folder;
        let manifest = files.get("theme.toml").map(Vec::as_slice).unwrap_or_default();
        let manifest = toml::from_str(&String::from_utf8_lossy(manifest))
            .map_err(|error| format!("`themes/{name}/theme.toml`: {error}"))?;
        let is_known = |path: &str| match path.split_once('/') {
            Some(("static", _)) => true,
            Some(("templates", file)) => file.ends_with(".html"),
            Some(("labels", file)) => file.ends_with(".toml"),
            _ => path == "theme.toml",
        };
        let strange: Vec<&str> = files.keys().map(String::as_str).filter(|path| !is_known(path)).collect();
        if !strange.is_empty() {
            return Err(format!(
                "the theme `{name}` has what no theme has: {}; its files stand in static/, templates/ and labels/",
                strange.join(", ")
            ));
        }
        let styles = files.iter().filter(|(path, _)| path.starts_with("static/") && path.ends_with(".css"));
        let styles = styles.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
        Ok(Self { name, manifest, styles, files, is_built_in: false })
    }

    /// The theme of the binary with a name; `None` where there is none.
    fn of_binary(name: &str) -> Option<Result<Self, String>> {
        let (name, files) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let manifest = files.iter().find(|(path, _)| *path == "theme.toml").map(|(_, bytes)| text(bytes));
        let manifest = toml::from_str(&manifest.unwrap_or_default()).map_err(|error| error.to_string());
        let styles = files.iter().filter(|(path, _)| path.ends_with(".css")).map(|(_, bytes)| text(bytes));
        Some(manifest.map(|manifest| Self {
            name: (*name).to_owned(),
            manifest,
            styles: styles.collect(),
            files: BTreeMap::new(),
            is_built_in: true,
        }))
    }
}

//! The one table of foreign spellings: every mark that a tool writes into a notebook, where it
//! stands, and what it means in our model (conventions 4.0 to 4.11).
//!
//! A row is a [`Mark`]. The readers look marks up here, `tests/marks.rs` walks every row with its
//! example and its counter-example, and the pages in `docs/` are printed from it. To teach
//! bindery a new spelling, add a row to the file of its place, and nothing else.

mod cell;
mod front;
mod hand;
mod inline;
mod metadata;
mod notebook;
mod option;
mod output;
mod prose;
mod source;
mod tag;

pub use hand::Hand;
pub use inline::{Role, Shortcode};
pub use prose::{Admonition, Directive};

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

/// The tools that write notebooks and the publishers that read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// JupyterLab and Notebook 7.
    JupyterLab,
    /// The classic Notebook and its extensions.
    Classic,
    /// VS Code.
    VsCode,
    /// nteract and Hydrogen.
    Nteract,
    /// Google Colab.
    Colab,
    /// Databricks.
    Databricks,
    /// Azure Data Studio.
    AzureDataStudio,
    /// Polyglot Notebooks (.NET Interactive).
    Polyglot,
    /// SoS.
    Sos,
    /// papermill.
    Papermill,
    /// RISE.
    Rise,
    /// The NII's notebooks for operations.
    Nii,
    /// nbgrader.
    Nbgrader,
    /// Quarto.
    Quarto,
    /// R Markdown and knitr.
    Knitr,
    /// Jupyter Book 1, MyST-NB and Sphinx.
    JupyterBook,
    /// mystmd and Jupyter Book 2.
    Myst,
    /// nbconvert.
    Nbconvert,
    /// nbsphinx.
    Nbsphinx,
    /// nbdev.
    Nbdev,
    /// jupytext.
    Jupytext,
    /// MkDocs with mkdocs-jupyter and Material.
    MkDocs,
    /// Docusaurus, and other generators of sites.
    Docusaurus,
}

impl Tool {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::JupyterLab => "JupyterLab",
            Self::Classic => "classic Notebook",
            Self::VsCode => "VS Code",
            Self::Nteract => "nteract and Hydrogen",
            Self::Colab => "Google Colab",
            Self::Databricks => "Databricks",
            Self::AzureDataStudio => "Azure Data Studio",
            Self::Polyglot => "Polyglot Notebooks",
            Self::Sos => "SoS",
            Self::Papermill => "papermill",
            Self::Rise => "RISE",
            Self::Nii => "NII",
            Self::Nbgrader => "nbgrader",
            Self::Quarto => "Quarto",
            Self::Knitr => "R Markdown",
            Self::JupyterBook => "Jupyter Book",
            Self::Myst => "MyST",
            Self::Nbconvert => "nbconvert",
            Self::Nbsphinx => "nbsphinx",
            Self::Nbdev => "nbdev",
            Self::Jupytext => "jupytext",
            Self::MkDocs => "mkdocs-jupyter",
            Self::Docusaurus => "Docusaurus",
        }
    }
}

/// Where a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In the list `tags` of a cell's metadata; `-` and `_` are one.
    Tag,
    /// A key of a cell's metadata; a dot leads into an object.
    Cell,
    /// An option at the head of a code cell (`#| key: value`), or the same key in its metadata.
    Option,
    /// A bare word at the head of a code cell (`#| hide`).
    Word,
    /// A key of the notebook's metadata; a dot leads into an object.
    Notebook,
    /// A key of the front matter; a dot leads into a map.
    Front,
    /// A key of an output's metadata, for all its types or for one.
    Output,
    /// What the source of a code cell begins with.
    Source,
    /// A directive in Markdown: a fence or a container with a name.
    Directive,
    /// A role in Markdown: a name in braces before a code span.
    Role,
    /// A shortcode in Markdown: `{{< name … >}}`.
    Shortcode,
    /// Any other form in Markdown.
    Prose,
}

impl Place {
    /// The heading under which the documentation lists the marks of this place.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tag => "Tags of cells",
            Self::Cell => "Metadata of cells",
            Self::Option => "Options of code cells",
            Self::Word => "Bare words at the head of code cells",
            Self::Notebook => "Metadata of notebooks",
            Self::Front => "Front matter",
            Self::Output => "Metadata of outputs",
            Self::Source => "What a code cell begins with",
            Self::Directive => "Directives in Markdown",
            Self::Role => "Roles in Markdown",
            Self::Shortcode => "Shortcodes in Markdown",
            Self::Prose => "Other forms in Markdown",
        }
    }

    /// All places, in the order of the documentation.
    pub fn all() -> &'static [Self] {
        &[
            Self::Tag,
            Self::Cell,
            Self::Option,
            Self::Word,
            Self::Source,
            Self::Notebook,
            Self::Front,
            Self::Output,
            Self::Directive,
            Self::Role,
            Self::Shortcode,
            Self::Prose,
        ]
    }
}

/// Takes over what the value of a mark says; otherwise says which value is wanted.
pub type Act = fn(&Value, &mut Hand<'_>) -> Result<(), &'static str>;

/// What a mark makes bindery do.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    /// It changes the options of its cell.
    Cell(Act),
    /// It is a directive in Markdown.
    Directive(Directive),
    /// It is a role in Markdown.
    Role(Role),
    /// It is a shortcode in Markdown.
    Shortcode(Shortcode),
    /// A reader of its own knows it, which the row describes.
    Read,
    /// It changes nothing that readers see.
    Nothing,
}

/// How a page tells that a mark was honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The page holds this text, and does not with the counter-example.
    Has(&'static str),
    /// The page does not hold this text, and does with the counter-example.
    Lacks(&'static str),
    /// The page is the same as without the mark, and nothing is said about it; the
    /// counter-example is a spelling that the table does not know.
    Quiet,
}

/// One foreign spelling.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Where it stands.
    pub place: Place,
    /// How it is spelt there.
    pub spelling: &'static str,
    /// What bindery makes of it.
    pub says: Says,
    /// The tools that write or honour it.
    pub tools: &'static [Tool],
    /// What becomes of it, as a sentence for readers without its full stop.
    pub meaning: &'static str,
    /// A value (or, in Markdown and sources, a whole text) that is honoured.
    pub example: &'static str,
    /// One that is near and is not.
    pub counter: &'static str,
    /// How to see the difference on the page.
    pub sign: Sign,
}

/// All rows, file by file.
const TABLES: &[&[Mark]] = &[
    tag::TABLE,
    cell::TABLE,
    metadata::TABLE,
    option::TABLE,
    option::WORDS,
    source::TABLE,
    notebook::TABLE,
    front::TABLE,
    output::TABLE,
    prose::DIRECTIVES,
    inline::ROLES,
    inline::SHORTCODES,
    prose::FORMS,
];

/// Every row of the table.
pub fn all() -> impl Iterator<Item = &'static Mark> {
    TABLES.iter().flat_map(|table| table.iter())
}

static BY_SPELLING: LazyLock<HashMap<(Place, &'static str), &'static Mark>> =
    LazyLock::new(|| all().map(|mark| ((mark.place, mark.spelling), mark)).collect());

/// The row of a spelling.
pub fn find(place: Place, spelling: &str) -> Option<&'static Mark> {
    BY_SPELLING.get(&(place, spelling)).copied()
}

/// Names that stand before a colon for all that may stand behind it.
const FAMILIES: &[&str] = &["py", "glue", "raw", "external", "myst", "prf", "proof", "eval"];

/// The row of a name that may have a part behind a colon: its own, or that of its family.
pub fn find_named(place: Place, name: &str) -> Option<&'static Mark> {
    find(place, name).or_else(|| {
        let family = name.split([':', '+']).next().filter(|family| FAMILIES.contains(family))?;
        find(place, family)
    })
}

/// Whether any spelling of a place leads into the object at `key`.
pub(super) fn leads_into(place: Place, key: &str) -> bool {
    static GROUPS: LazyLock<std::collections::HashSet<(Place, &'static str)>> = LazyLock::new(|| {
        all().filter_map(|mark| Some((mark.place, mark.spelling.split_once('.')?.0))).collect()
    });
    GROUPS.contains(&(place, key))
}

/// The spelling of a place that somebody who wrote `spelling` may have meant: one slip away, two
/// in a long word.
pub fn nearest(place: Place, spelling: &str) -> Option<&'static str> {
    let most = match spelling.chars().count() {
        0..=3 => return None,
        4..=8 => 1,
        _ => 2,
    };
    all()
        .filter(|mark| mark.place == place && mark.spelling.len().abs_diff(spelling.len()) <= most)
        .map(|mark| (strsim::damerau_levenshtein(mark.spelling, spelling), mark.spelling))
        .filter(|(distance, _)| (1..=most).contains(distance))
        .min()
        .map(|(_, near)| near)
}

/// Writes the rows of one place: `spelling => what it says, [tools] "meaning"; example / counter => sign`.
macro_rules! marks {
    ($place:ident; $($spelling:literal => $says:expr, [$($tool:ident)*] $meaning:literal; $example:literal / $counter:literal => $sign:expr)*) => {
        &[$($crate::notebook::marks::Mark {
            place: $crate::notebook::marks::Place::$place,
            spelling: $spelling,
            says: $says,
            tools: &[$($crate::notebook::marks::Tool::$tool),*],
            meaning: $meaning,
            example: $example,
            counter: $counter,
            sign: $sign,
        }),*]
    };
}
use marks;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_stands_once() {
        let mut seen = std::collections::HashSet::new();
        for mark in all() {
            assert!(seen.insert((mark.place, mark.spelling)), "{:?} {}", mark.place, mark.spelling);
            assert!(!mark.tools.is_empty(), "{}", mark.spelling);
        }
    }

    #[test]
    fn slips_are_known_and_other_words_are_not() {
        for (word, meant) in [
            ("remove-imput", Some("remove-input")),
            ("hide-inptu", Some("hide-input")),
            ("solution", None),
            ("hide", None),
        ] {
            assert_eq!(nearest(Place::Tag, word), meant, "{word}");
        }
    }
}

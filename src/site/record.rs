//! What a site knows of each of its pages; small, since all of them are held at once.

use serde::{Deserialize, Serialize};

use crate::diagnostic::CellRef;
use crate::notebook::{Format, FrontMatter, Published, Script};
use crate::path::SitePath;
use crate::render::{Fragment, Outline};

/// What kind of page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// A notebook that was run: a record.
    Notebook,
    /// A notebook whose code was never run: a procedure.
    Procedure,
    /// A notebook written as slides.
    Talk,
    /// Prose: a Markdown page or a notebook without code.
    Page,
}

impl PageKind {
    /// Its name, as templates and `site.json` have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notebook => "notebook",
            Self::Procedure => "procedure",
            Self::Talk => "talk",
            Self::Page => "page",
        }
    }
}

/// The last commit that touched a page's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When, RFC 3339.
    pub date: String,
    /// Its author's name.
    pub author: String,
    /// Its full id.
    pub commit: String,
}

/// The files that a page offers beside itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downloads {
    /// Whether its notebook can be had, without what was removed.
    pub notebook: bool,
    /// The extension of its script, where there is one.
    pub script: Option<String>,
}

/// A page as the rest of the site sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageRecord {
    /// The source, relative to the root of the repo.
    pub source: SitePath,
    /// What kind of page it is.
    pub kind: PageKind,
    /// The language of its code as people call it; empty where it has none.
    pub language: String,
    /// The kernel's name.
    pub kernel: Option<String>,
    /// Its title as plain text.
    pub title: String,
    /// Its front matter.
    pub front: FrontMatter,
    /// What its text holds.
    pub outline: Outline,
    /// Its description: from the front matter or the first paragraph.
    pub description: String,
    /// What can be had beside it.
    pub downloads: Downloads,
    /// The last commit that touched it.
    pub change: Option<Change>,
    /// Why it could not be read, one line each; empty for a sound page.
    pub failures: Vec<String>,
    /// Where its cells are, for what is said about its links.
    pub cells: Vec<CellRef>,
}

impl PageRecord {
    /// Sums up a rendered notebook.
    pub fn new(source: &SitePath, notebook: &Published, outline: Outline, script: Option<&Script>) -> Self {
        let model = notebook.notebook();
        let has_code = model.cells.iter().any(|cell| matches!(cell.kind, crate::notebook::CellKind::Code(_)));
        let kind = if model.is_talk() {
            PageKind::Talk
        } else if model.is_procedure() {
            PageKind::Procedure
        } else if has_code {
            PageKind::Notebook
        } else {
            PageKind::Page
        };
        let front = model.front.clone();
        let from_text = outline.title.as_ref().map(|title| title.text.clone());
        let first_heading = || outline.headings.first().map(|heading| heading.text.clone());
        let title =
            front.title.clone().or(from_text).or_else(first_heading).filter(|title| !title.is_empty());
        let description = front.description.clone().unwrap_or_else(|| shorten(&outline.first_paragraph, 200));
        Self {
            source: source.clone(),
            kind,
            language: if has_code { model.lang.label().to_owned() } else { String::new() },
            kernel: model.kernel.clone().filter(|_| has_code),
            title: title.unwrap_or_else(|| title_of_name(source)),
            description,
            outline,
            downloads: Downloads {
                notebook: model.format == Format::Ipynb,
                script: script.map(|script| script.extension.clone()),
            },
            change: None,
            failures: Vec::new(),
            cells: model.cells.iter().map(|cell| cell.at.clone()).collect(),
            front,
        }
    }

    /// A page for a source that was not read so far.
    pub fn unread(source: &SitePath) -> Self {
        Self::failed(source, Vec::new())
    }

    /// A page for a source that could not be read.
    pub fn failed(source: &SitePath, failures: Vec<String>) -> Self {
        Self {
            source: source.clone(),
            kind: PageKind::Page,
            language: String::new(),
            kernel: None,
            title: title_of_name(source),
            description: String::new(),
            outline: Outline::default(),
            front: FrontMatter { toc: true, search: true, ..FrontMatter::default() },
            downloads: Downloads::default(),
            change: None,
            failures,
            cells: Vec::new(),
        }
    }

    /// Whether a site can take `other` for it without being assembled anew: what other pages show of
    /// it when they are produced they ask for then.
    pub fn stands_like(&self, other: &Self) -> bool {
        // Each field is named, so that a new one has to be thought of here.
        let Self {
            source,
            kind: _,
            language: _,
            kernel: _,
            title,
            front,
            outline,
            description,
            downloads,
            change: _,
            failures,
            cells,
        } = self;
        let Outline {
            title: _,
            headings,
            anchors,
            first_paragraph: _,
            words: _,
            targets,
            contents,
            thumbnail: _,
            links,
        } = outline;
        let places = |cells: &[CellRef]| -> Vec<(u32, Option<String>)> {
            cells.iter().map(|cell| (cell.number, cell.id.clone())).collect()
        };
        *source == other.source
            && *title == other.title
            && *front == other.front
            && *description == other.description
            && *failures == other.failures
            && *downloads == other.downloads
            && *headings == other.outline.headings
            && *anchors == other.outline.anchors
            && *targets == other.outline.targets
            && *contents == other.outline.contents
            && *links == other.outline.links
            && places(cells) == places(&other.cells)
    }

    /// The cell of a number.
    pub fn cell(&self, number: u32) -> Option<CellRef> {
        self.cells.iter().find(|cell| cell.number == number).cloned()
    }

    /// The title for navigation.
    pub fn short_title(&self) -> &str {
        self.front.short_title.as_deref().unwrap_or(&self.title)
    }

    /// The title as its author set it, where it came from the text.
    pub fn title_html(&self) -> Option<&Fragment> {
        self.outline.title.as_ref().filter(|title| title.text == self.title).map(|title| &title.html)
    }
}

/// `text` cut at a word's end to at most `most` characters.
pub(super) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let end = cut.rfind(' ').filter(|end| *end > most / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', ';', ':', '.', ' ']))
}

/// A title made of a file's or folder's name: `02-disk_full` → `Disk full`. Names that hold spaces
/// or capitals were written for people and stay.
pub fn title_of_name(path: &SitePath) -> String {
    let stem = path.stem();
    if stem.contains(' ') || stem.chars().any(char::is_uppercase) {
        return stem.to_owned();
    }
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let rest = stem[digits..].trim_start_matches(['-', '_', '.']);
    let name = if rest.is_empty() || digits > 3 { stem } else { rest };
    let name = name.replace(['-', '_'], " ");
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

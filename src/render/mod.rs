//! One notebook → fragments of HTML, its outline, and the files made of its outputs.
//!
//! Pure: the same notebook and options give the same bytes, whatever the rest of the site holds.
//! What depends on the site is a typed [`Slot`] beside the HTML. This room makes all HTML that
//! comes from content; it does not know templates, URLs or other pages.

mod ansi;
mod asset;
mod block;
mod cell;
mod citation;
mod clean;
mod code;
mod data;
mod fragment;
mod frame;
mod lists;
mod markdown;
mod math;
mod output;
mod outputs;
mod page;
mod plain_table;
mod styler;
mod svg;
mod target;
mod text;
mod veil;
mod weave;
mod words;

pub use asset::Asset;
pub use fragment::{Embed, Fragment, Image, Label, Link, Reference, Slot, Words};
pub use markdown::{code_blocks, events};
pub use output::mime_types;
pub(crate) use page::slug;
pub use page::{ContentsEntry, Heading, Title};
pub use target::{Kind, Target};
pub use words::{Unit, UnitKind};

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::config::OutputOptions;
use crate::diagnostic::Note;
use crate::notebook::{CellKind, Format, MimeBundle, Notebook, Published};

/// What rendering a notebook gives.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The text of the page, without its title.
    pub body: Fragment,
    /// What the rest of the site has to know of the page.
    pub outline: Outline,
    /// Files made of outputs and attachments.
    pub assets: Vec<Asset>,
    /// What it says, part by part, in the order of the page.
    pub units: Vec<Unit>,
    /// What was found on the way.
    pub notes: Vec<Note>,
}

/// What the rest of a site has to know of a page's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// The heading that stands as the page's title.
    pub title: Option<Title>,
    /// The other headings.
    pub headings: Vec<Heading>,
    /// All anchors that links can aim at, sorted.
    pub anchors: Vec<String>,
    /// The first paragraph of prose as plain text.
    pub first_paragraph: String,
    /// How many words of prose there are.
    pub words: usize,
    /// What references can aim at, in the order of the page.
    pub targets: Vec<Target>,
    /// The pages that its lists of links name.
    pub contents: Vec<ContentsEntry>,
    /// The file of the picture that stands for it on cards.
    pub thumbnail: Option<String>,
    /// Where its links and references lead within the repo, as they are written, each once.
    pub links: Vec<String>,
}

/// Renders a notebook.
pub fn body(notebook: &Published, options: &OutputOptions) -> Rendered {
    rendered(notebook, options, false)
}

/// Renders a notebook for those who ask where its links lead and what is wrong with it: without the
/// colours of code and without words for search.
pub fn plain(notebook: &Published, options: &OutputOptions) -> Rendered {
    rendered(notebook, options, true)
}

fn rendered(notebook: &Published, options: &OutputOptions, plain: bool) -> Rendered {
    let notebook = notebook.notebook();
    let mut page = page::PageState::new(math::Math::new(macros(notebook)), notebook.front.title.clone());
    page.anchors.take_own("main");
    page.anchors.secrets = notebook.secrets().clone();
    page.context = Rc::new(context(notebook, &mut page.notes));
    let style =
        cell::CellStyle { lang: &notebook.lang, bare: notebook.is_plain_page(), outputs: options, plain };
    let mut body = Fragment::new();
    if let Some(label) = &notebook.front.label
        && let Some(anchor) = page.name(label, Kind::Section, Default::default())
    {
        body.append(frame::anchor(&anchor));
    }
    if let Some(run) = &notebook.run {
        body.append(cell::run(run));
    }
    let mut fold = SectionFold::default();
    let mut units = words::Units::default();
    for cell in &notebook.cells {
        let before = page.headings.len();
        let shown = cell::render(cell, style, &mut page);
        if !shown.is_empty() && !plain {
            let anchor = if style.bare { String::new() } else { cell.at.anchor() };
            units.take(cell, &shown, &anchor);
        }
        let level = page.headings.get(before).map(|heading| heading.level);
        fold.add(cell.options.folded_section, level, shown, &mut body);
    }
    fold.finish(&mut body);
    let body = citation::settle(body, &mut page);
    let outline = Outline {
        title: page.title,
        headings: page.headings,
        anchors: page.anchors.into_sorted(),
        first_paragraph: page.first_paragraph,
        words: page.words,
        targets: page.targets,
        contents: page.contents,
        thumbnail: page.thumbnail,
        links: links(&body),
    };
    let mut rendered =
        Rendered { body, outline, assets: page.assets, units: units.finish(), notes: page.notes };
    veil::veil(&mut rendered, notebook);
    rendered
}

/// The targets of links and references that may be pages of the same site.
fn links(body: &Fragment) -> Vec<String> {
    let targets = body.slots().iter().filter_map(|(_, slot)| match slot {
        Slot::Href(link) => Some(&link.target),
        Slot::Reference(reference) | Slot::Words(reference) => Some(&reference.link.target),
        Slot::Embed(embed) => Some(&embed.link.target),
        _ => None,
    });
    let inside = |target: &&String| !target.contains("://") && !target.starts_with("mailto:");
    let found: BTreeSet<&String> = targets.filter(inside).collect();
    found.into_iter().cloned().collect()
}

/// The size of a picture in pixels, by its first bytes; for SVG all of them are needed. `None`
/// where they do not tell.
pub fn picture_size(bytes: &[u8]) -> Option<(usize, usize)> {
    match imagesize::blob_size(bytes) {
        Ok(size) => Some((size.width, size.height)),
        Err(_) => svg::clean(std::str::from_utf8(bytes).ok()?).ok()?.1,
    }
}

/// An SVG file of the repo with nothing in it but drawing.
///
/// # Errors
/// One sentence on why it is no SVG.
pub fn clean_svg(bytes: &[u8]) -> Result<Vec<u8>, String> {
    svg::clean(&String::from_utf8_lossy(bytes)).map(|(clean, _)| clean)
}

/// What the Markdown of the notebook may name beside its own text.
fn context(notebook: &Notebook, notes: &mut Vec<Note>) -> page::Context {
    let mut kept = HashMap::new();
    for cell in &notebook.cells {
        kept.extend(cell.results.iter().cloned());
        let CellKind::Code(code) = &cell.kind else { continue };
        for output in &code.outputs {
            let crate::notebook::Output::Data { bundle, metadata } = output else { continue };
            let name = metadata.get("scrapbook").and_then(|scrapbook| scrapbook.get("name")?.as_str());
            if let Some(name) = name {
                // What is kept and not displayed stands under types of its own.
                let plain = |mime: &str| {
                    mime.strip_prefix("application/papermill.record/").unwrap_or(mime).to_owned()
                };
                let bundle =
                    MimeBundle(bundle.0.iter().map(|(mime, data)| (plain(mime), data.clone())).collect());
                kept.insert(name.to_owned(), bundle);
            }
        }
    }
    let levels = notebook.cells.iter().filter(|cell| matches!(cell.kind, CellKind::Markdown));
    let has_top =
        levels.flat_map(|cell| cell.source.lines()).filter(|line| line.starts_with("# ")).count() > 1;
    page::Context {
        included: notebook.included.clone(),
        variables: notebook.variables.clone(),
        front: notebook.front.all.clone(),
        dialects: notebook.dialects,
        kept,
        has_outputs: notebook.format == Format::Ipynb,
        works: citation::Works::read(&notebook.bibliography, notes),
        numbered: notebook.front.numbered.then_some(if has_top { 1 } else { 2 }),
    }
}

/// The macros that any Markdown cell defines: they hold for the whole notebook.
fn macros(notebook: &Notebook) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for cell in &notebook.cells {
        if matches!(cell.kind, CellKind::Markdown) {
            math::macros(&cell.source, &mut found);
        }
    }
    found
}

/// The section under a heading that the editor shows folded: what follows it goes behind a
/// summary, up to the next heading of its level or above.
#[derive(Default)]
struct SectionFold {
    open: Option<(u8, Fragment)>,
}

impl SectionFold {
    fn add(&mut self, folds: bool, level: Option<u8>, shown: Fragment, body: &mut Fragment) {
        let ends = matches!((&self.open, level), (Some((open, _)), Some(level)) if level <= *open);
        if ends {
            self.finish(body);
        }
        match (&mut self.open, folds, level) {
            (Some((_, inner)), ..) => inner.append(shown),
            (None, true, Some(level)) => {
                body.append(shown);
                self.open = Some((level, Fragment::new()));
            }
            (None, ..) => body.append(shown),
        }
    }

    fn finish(&mut self, body: &mut Fragment) {
        let Some((_, inner)) = self.open.take().filter(|(_, inner)| !inner.is_empty()) else { return };
        body.markup("<details class=\"fold fold-section\"><summary class=\"b-ui\">");
        body.label(Label::Section);
        body.markup("</summary>\n");
        body.append(inner);
        body.markup("</details>\n");
    }
}

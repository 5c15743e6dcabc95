//! A piece of HTML with holes for what only the site knows.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::html::{escape_into, escape_text_into};

/// HTML that is safe to publish, and the places in it that depend on the rest of the site.
///
/// It can only be made in `render`: by escaping, by markup of our own, or by the sanitiser.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fragment {
    html: String,
    slots: Vec<(u32, Slot)>,
}

/// A hole in a [`Fragment`], filled when the site is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Slot {
    /// The `href` attribute (with the space before it) of a link to where an author pointed.
    Href(Link),
    /// The `src` attribute (with the space before it) of a picture, sound or film.
    Src(Link),
    /// A whole picture element, since a picture from elsewhere becomes a link.
    Image(Box<Image>),
    /// The URL of a file made of an output.
    Asset(String),
    /// A word or two of the interface, in the language of the site.
    Label(Label),
    /// A reference to something that has a name, wherever in the site it is.
    Reference(Box<Reference>),
    /// The words of a reference without its link: inside of a link that its author wrote.
    Words(Box<Reference>),
    /// A cell or an output of another notebook.
    Embed(Box<Embed>),
    /// The picture that stands for the page that a link leads to, where it has one.
    Thumbnail(Box<Link>),
    /// A citation of this page by its number; rendering itself fills it.
    Cite(u32),
    /// The list of the works that the page cites; rendering itself fills it.
    Works,
}

/// A reference to something that has a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The name, or the path of a page.
    pub link: Link,
    /// The words that the reference is made of.
    pub words: Words,
    /// What stands there where nothing has the name.
    pub fallback: String,
}

/// The words of a reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Words {
    /// Those of its author, as HTML.
    Given(String),
    /// The title of its target, or its kind and number.
    Title,
    /// The kind and number of its target.
    Number,
    /// The number of its target in a text of its author's: `%s` or `{number}`, `{name}`.
    Template(String),
    /// The number alone, in brackets.
    Equation,
}

/// A cell or an output of another notebook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embed {
    /// The name of the cell, or the path of the notebook with the name behind a `#`.
    pub link: Link,
    /// Whether its source is shown.
    pub input: bool,
    /// Whether its outputs are shown.
    pub output: bool,
}

/// A link as its author wrote it, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The target, entities already decoded.
    pub target: String,
    /// The number of the cell in the notebook.
    pub cell: u32,
    /// The line in the cell's source.
    pub line: u32,
    /// Whether it is an address that stands in the text as it is, and became a link by that alone.
    pub is_bare: bool,
}

/// A picture as its author placed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is.
    pub link: Link,
    /// What it shows, in words.
    pub alt: String,
    /// Its title.
    pub title: String,
    /// Other attributes, ready to stand in the element: width, height, style.
    pub attributes: String,
    /// Whether it already stands inside a link.
    pub linked: bool,
}

/// Words of the interface inside cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Label {
    /// The source of a folded cell, with its number of lines.
    Code(u32),
    /// A folded output.
    Output,
    /// A folded cell of prose.
    Text,
    /// What is folded behind the first lines of a long output.
    MoreLines(u32),
    /// The file with all lines of an output.
    AllLines(u32),
    /// A folded traceback with its number of lines.
    Traceback(u32),
    /// Standard error.
    Stderr,
    /// The cell holds the parameters of the notebook.
    Parameters,
    /// The cell holds the values of one run.
    Injected,
    /// An output that needs a script to be seen.
    NeedsScript,
    /// An output that cannot be shown.
    NotShown,
    /// The alternative text of a picture that has none: the number of its cell.
    PictureOf(u32),
    /// More rows of a table than are shown.
    MoreRows(u32),
    /// A section that starts folded.
    Section,
    /// The way back from a footnote.
    Back,
    /// The heading of the footnotes.
    Footnotes,
    /// Titles of the five kinds of admonitions.
    Note,
    /// See [`Label::Note`].
    Tip,
    /// See [`Label::Note`].
    Important,
    /// See [`Label::Note`].
    Warning,
    /// See [`Label::Note`].
    Caution,
    /// Titles of other admonitions.
    Danger,
    /// See [`Label::Danger`].
    Attention,
    /// See [`Label::Danger`].
    Hint,
    /// See [`Label::Danger`].
    Error,
    /// See [`Label::Danger`].
    SeeAlso,
    /// See [`Label::Danger`].
    Todo,
    /// Kinds of what is counted, with the number.
    Figure(u32),
    /// See [`Label::Figure`].
    Table(u32),
    /// See [`Label::Figure`].
    Listing(u32),
    /// A fold without a name.
    Details,
    /// One of several tabs without a name.
    Tab(u32),
    /// A list of pages.
    Contents,
    /// The works that a page cites.
    References,
    /// A run that made the page.
    Run,
    /// A run that failed.
    RunFailed,
    /// The headings of a table of parameters.
    ParameterName,
    /// See [`Label::ParameterName`].
    ParameterValue,
    /// See [`Label::ParameterName`].
    ParameterKind,
    /// A link to a heading.
    Permalink,
    /// A file to download.
    Download,
    /// A task that is not done.
    ToDo,
    /// A task that is done.
    Done,
}

impl Fragment {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The HTML without what fills the slots.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The slots with their offsets in [`Fragment::html`], in rising order.
    pub fn slots(&self) -> &[(u32, Slot)] {
        &self.slots
    }

    /// Its slots alone: where it leads, without what stands there.
    pub fn bare(mut self) -> Self {
        self.html = String::new();
        self.slots.retain(|(_, slot)| !matches!(slot, Slot::Asset(_) | Slot::Label(_) | Slot::Thumbnail(_)));
        self.slots.iter_mut().for_each(|(at, _)| *at = 0);
        self.slots.shrink_to_fit();
        self
    }

    /// The slots, to be changed in themselves.
    pub(super) fn slots_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.slots.iter_mut().map(|(_, slot)| slot)
    }

    /// Puts texts of our own in place of parts of the HTML, which rise and hold no slot.
    pub(super) fn edit(&mut self, edits: Vec<(Range<usize>, String)>) {
        let mut out = String::with_capacity(self.html.len());
        let (mut done, mut slot) = (0, 0);
        for (part, text) in edits {
            while let Some((at, _)) = self.slots.get_mut(slot).filter(|(at, _)| *at as usize <= part.start) {
                *at = u32::try_from(out.len() + (*at as usize).saturating_sub(done)).unwrap_or(u32::MAX);
                slot += 1;
            }
            out.push_str(&self.html[done..part.start]);
            out.push_str(&text);
            done = part.end;
        }
        for (at, _) in &mut self.slots[slot..] {
            *at = u32::try_from(out.len() + (*at as usize).saturating_sub(done)).unwrap_or(u32::MAX);
        }
        out.push_str(&self.html[done..]);
        self.html = out;
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.html.is_empty() && self.slots.is_empty()
    }

    /// Appends markup of our own.
    pub(super) fn markup(&mut self, markup: &str) {
        self.html.push_str(markup);
    }

    /// Appends text, escaped for an element's content.
    pub(super) fn text(&mut self, text: &str) {
        escape_text_into(&mut self.html, text);
    }

    /// Appends text, escaped for an attribute's value.
    pub(super) fn attribute(&mut self, text: &str) {
        escape_into(&mut self.html, text);
    }

    /// Appends a slot.
    pub(super) fn slot(&mut self, slot: Slot) {
        self.slots.push((u32::try_from(self.html.len()).unwrap_or(u32::MAX), slot));
    }

    /// Appends a word of the interface.
    pub(super) fn label(&mut self, label: Label) {
        self.slot(Slot::Label(label));
    }

    /// Appends another fragment.
    pub(super) fn append(&mut self, other: Self) {
        let base = u32::try_from(self.html.len()).unwrap_or(u32::MAX);
        if self.html.is_empty() && self.slots.is_empty() {
            *self = other;
            return;
        }
        self.html.push_str(&other.html);
        self.slots.extend(other.slots.into_iter().map(|(at, slot)| (base.saturating_add(at), slot)));
    }

    /// Gives the pictures that do not say how high they are their size in pixels, by their targets,
    /// so that nothing moves when they have loaded.
    pub fn size_images(&mut self, size: impl Fn(&str) -> Option<(usize, usize)>) {
        for (_, slot) in &mut self.slots {
            let Slot::Image(image) = slot else { continue };
            if image.attributes.contains(" height=") {
                continue;
            }
            let Some((width, height)) = size(&image.link.target) else { continue };
            // A width that the author gave stays, and the height follows it.
            let given = image.attributes.split(" width=\"").nth(1).and_then(|rest| rest.split('"').next());
            match given.map(str::parse::<usize>) {
                None => image.attributes.push_str(&format!(" width=\"{width}\" height=\"{height}\"")),
                Some(Ok(given)) => {
                    let height = (given * height).div_ceil(width.max(1));
                    image.attributes.push_str(&format!(" height=\"{height}\""));
                }
                Some(Err(_)) => {}
            }
        }
    }

    /// Fills some slots for good: `fill` gives what stands in a slot, or `None` where it stays.
    pub(super) fn settle(self, mut fill: impl FnMut(&Slot) -> Option<Self>) -> Self {
        let mut out = Self::new();
        let mut done = 0;
        for (at, slot) in self.slots {
            let at = (at as usize).min(self.html.len());
            out.html.push_str(&self.html[done..at]);
            done = at;
            match fill(&slot) {
                Some(inner) if inner.slots.is_empty() => out.html.push_str(&inner.html),
                Some(inner) => {
                    let base = u32::try_from(out.html.len()).unwrap_or(u32::MAX);
                    out.html.push_str(&inner.html);
                    out.slots
                        .extend(inner.slots.into_iter().map(|(at, slot)| (base.saturating_add(at), slot)));
                }
                None => out.slot(slot),
            }
        }
        out.html.push_str(&self.html[done..]);
        out
    }

    /// The part of the fragment between two offsets of its HTML.
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        let inside = |at: &u32| range.contains(&(*at as usize)) || *at as usize == range.end;
        let base = u32::try_from(range.start).unwrap_or(u32::MAX);
        Self {
            html: self.html.get(range.clone()).unwrap_or_default().to_owned(),
            slots: self
                .slots
                .iter()
                .filter(|(at, _)| inside(at))
                .map(|(at, slot)| (at - base, slot.clone()))
                .collect(),
        }
    }

    /// The buffer, for writers that escape by themselves.
    pub(super) fn raw(&mut self) -> &mut String {
        &mut self.html
    }

    /// The text of the fragment without any markup, for finding out whether something is seen.
    pub(super) fn has_text(&self) -> bool {
        let mut inside = false;
        self.html.bytes().any(|byte| {
            match byte {
                b'<' => inside = true,
                b'>' => {
                    inside = false;
                    return false;
                }
                _ => {}
            }
            !inside && !byte.is_ascii_whitespace()
        })
    }

    /// Fills the slots: `fill` writes what stands in each.
    pub fn fill(&self, mut fill: impl FnMut(&Slot, &mut String)) -> String {
        let mut out = String::with_capacity(self.html.len() + self.slots.len() * 32);
        let mut done = 0;
        for (at, slot) in &self.slots {
            let at = (*at as usize).min(self.html.len());
            out.push_str(&self.html[done..at]);
            fill(slot, &mut out);
            done = at;
        }
        out.push_str(&self.html[done..]);
        out
    }
}

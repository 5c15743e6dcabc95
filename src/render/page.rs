//! What the cells of one page share while they are rendered: anchors, headings, assets, notes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::asset::{self, Asset};
use super::citation::{Citation, Works};
use super::fragment::{Fragment, Image, Link, Slot};
use super::math::Math;
use super::target::{Numbers, Target};
use super::{output, svg};
use crate::config::Dialects;
use crate::diagnostic::{CellRef, Note, Rule};
use crate::notebook::{Attachment, Included, MimeBundle};
use crate::secret::Secrets;

/// A heading of a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text.
    pub text: String,
    /// Its anchor.
    pub id: String,
    /// The number of the cell it stands in.
    pub cell: u32,
    /// Its own number where headings are numbered; empty else.
    pub number: String,
}

/// The title taken out of a page's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Title {
    /// As plain text.
    pub text: String,
    /// As its author set it.
    pub html: Fragment,
    /// Its anchor.
    pub id: String,
    /// Whether the anchor that JupyterLab would give is another one, and which.
    pub alias: Option<String>,
}

/// The state of one page in rendering.
pub(super) struct PageState {
    pub(super) anchors: Anchors,
    pub(super) headings: Vec<Heading>,
    pub(super) assets: Vec<Asset>,
    pub(super) notes: Vec<Note>,
    pub(super) math: Math,
    /// Whether a first heading shall become the title of the page.
    pub(super) wants_title: bool,
    /// The title that the front matter gives: only a heading that says the same is taken out.
    pub(super) title_is: Option<String>,
    pub(super) title: Option<Title>,
    /// Whether a cell of code stands above.
    pub(super) has_code: bool,
    /// Whether nothing of the page was rendered yet.
    pub(super) at_start: bool,
    /// The cell at work.
    pub(super) at: CellRef,
    /// Its Markdown.
    pub(super) source: String,
    /// What it carries along.
    pub(super) attachments: Vec<Attachment>,
    /// Words of prose so far, for the description and the time to read.
    pub(super) first_paragraph: String,
    pub(super) words: usize,
    /// What has a name so far, and the counters of what is numbered.
    pub(super) targets: Vec<Target>,
    /// The names among them.
    pub(super) named: HashSet<String>,
    pub(super) numbers: Numbers,
    /// What the notebook holds beside its cells.
    pub(super) context: Rc<Context>,
    /// The citations so far.
    pub(super) citations: Vec<Citation>,
    /// How many groups of tabs the page has so far.
    pub(super) groups: u32,
    /// The cell whose own footnotes have their ids already.
    pub(super) noted: u32,
    /// The pages that lists of links name, for the navigation.
    pub(super) contents: Vec<ContentsEntry>,
    /// How many bytes of other files and of kept values the page may still take in: the same text
    /// may be named again and again.
    pub(super) allowance: usize,
    /// The file of the picture that stands for the page.
    pub(super) thumbnail: Option<String>,
    /// The number of the panel whose parts are at work, and how many there were.
    pub(super) panel: Option<(u32, u8)>,
    /// How deep included texts and directives are nested.
    pub(super) depth: u8,
    /// A name that the next heading, figure or paragraph gets.
    pub(super) pending_label: Option<String>,
}

/// How many bytes of other files and of kept values a page takes in.
const ALLOWANCE: usize = 8_000_000;

/// What a notebook holds beside its cells, for the Markdown in them.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// Texts of other files.
    pub(super) included: BTreeMap<String, Included>,
    /// Values of `_variables.yml`.
    pub(super) variables: Map<String, Value>,
    /// The front matter.
    pub(super) front: Map<String, Value>,
    /// The dialects that are on.
    pub(super) dialects: Dialects,
    /// Outputs that were kept under a name, and results of inline expressions.
    pub(super) kept: HashMap<String, MimeBundle>,
    /// Whether the notebook is of a kind that keeps outputs.
    pub(super) has_outputs: bool,
    /// The works that can be cited.
    pub(super) works: Works,
    /// The level that counts as the first where headings are numbered.
    pub(super) numbered: Option<u8>,
}

/// A page that a list of links names, in the order of the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentsEntry {
    /// The link as its author wrote it.
    pub target: String,
    /// A title in place of the page's own.
    pub title: Option<String>,
    /// The heading that the list stands under.
    pub caption: Option<String>,
}

impl PageState {
    /// An empty page.
    pub(super) fn new(math: Math, title_is: Option<String>) -> Self {
        Self {
            anchors: Anchors::default(),
            headings: Vec::new(),
            assets: Vec::new(),
            notes: Vec::new(),
            math,
            wants_title: true,
            title_is,
            title: None,
            has_code: false,
            at_start: true,
            at: CellRef { number: 0, id: None, line: 0, spread: false },
            source: String::new(),
            attachments: Vec::new(),
            first_paragraph: String::new(),
            words: 0,
            targets: Vec::new(),
            named: HashSet::new(),
            numbers: Numbers::default(),
            context: Rc::default(),
            citations: Vec::new(),
            groups: 0,
            noted: u32::MAX,
            contents: Vec::new(),
            allowance: ALLOWANCE,
            thumbnail: None,
            panel: None,
            depth: 0,
            pending_label: None,
        }
    }

    /// Takes bytes out of the page's allowance; `false`, with a note, where nothing is left.
    pub(super) fn take_in(&mut self, bytes: usize) -> bool {
        match self.allowance.checked_sub(bytes + 64) {
            Some(left) => {
                self.allowance = left;
                true
            }
            None => {
                self.note(
                    Note::warning(
                        Rule::Directive,
                        "the page takes in more than 8 MB of other texts; the rest is left out",
                    )
                    .help("include each text once, or split the page"),
                );
                false
            }
        }
    }

    /// A number for the next group of tabs.
    pub(super) fn next_group(&mut self) -> u32 {
        self.groups += 1;
        self.groups
    }

    /// The line of the cell's Markdown in which something stands first; `or` where it does not.
    pub(super) fn line_of(&self, what: &str, or: u32) -> u32 {
        let place = (!what.is_empty()).then(|| memchr::memmem::find(self.source.as_bytes(), what.as_bytes()));
        place.flatten().map_or(or, |at| {
            let before = memchr::memchr_iter(b'\n', &self.source.as_bytes()[..at]).count();
            u32::try_from(before + 1).unwrap_or(or)
        })
    }

    /// Says something about the cell at work.
    pub(super) fn note(&mut self, note: Note) {
        let note = note.in_cell(&self.at);
        self.notes.push(note);
    }

    /// Keeps a file for the site, once however often it occurs.
    pub(super) fn keep(&mut self, asset: Asset) -> String {
        let name = asset.name.clone();
        if !self.assets.iter().any(|known| known.name == name) {
            self.assets.push(asset);
        }
        name
    }

    /// A picture: what the cell or the link itself carries becomes a file now, the rest is for
    /// the site to find.
    pub(super) fn image(&mut self, image: Image) -> Fragment {
        let target = image.link.target.clone();
        if let Some(name) = target.strip_prefix("attachment:") {
            // Some editors escape the name in both places, others in the link only.
            let as_written = self.attachments.iter().any(|attachment| attachment.name == name);
            let decoded = crate::path::percent_decode(name).filter(|_| !as_written);
            return self.attached(&decoded.unwrap_or_else(|| name.to_owned()), image);
        }
        if let Some(data) = target.strip_prefix("data:") {
            let made = match data.split_once(',') {
                Some((head, body)) => from_data_url(head, body),
                None => Err("the data URL has no data".to_owned()),
            };
            return self.placed(made, image);
        }
        let mut out = Fragment::new();
        out.slot(Slot::Image(Box::new(image)));
        out
    }

    fn attached(&mut self, name: &str, image: Image) -> Fragment {
        let Some(attachment) = self.attachments.iter().find(|attachment| attachment.name == name) else {
            let line = image.link.line;
            self.note(
                Note::warning(Rule::AttachmentMissing, format!("the cell has no attachment `{name}`"))
                    .at_line(line)
                    .help("paste the picture into the cell again, or link a file"),
            );
            return missing(&image);
        };
        let bundle = attachment.bundle.clone();
        let preferred = ["image/png", "image/svg+xml", "image/jpeg", "image/gif", "image/webp"];
        let found = preferred.iter().find_map(|mime| Some((*mime, bundle.text(mime)?)));
        let found =
            found.or_else(|| bundle.0.iter().find_map(|(mime, _)| Some((mime.as_str(), bundle.text(mime)?))));
        let made = match found {
            Some(("image/svg+xml", text)) => drawing(text),
            Some((mime, text)) => asset::picture(mime, text).map(|picture| (picture.asset, picture.size)),
            None => Err(format!("the attachment `{name}` is empty")),
        };
        self.placed(made, image)
    }

    fn placed(&mut self, made: Result<(Asset, Option<(usize, usize)>), String>, image: Image) -> Fragment {
        match made {
            Ok((asset, size)) => output::picture_with(asset, size, &image.alt, &image.attributes, self),
            Err(why) => {
                let line = image.link.line;
                self.note(Note::warning(Rule::Output, why).at_line(line));
                missing(&image)
            }
        }
    }
}

/// What stands for a picture that is not there: its alternative text.
fn missing(image: &Image) -> Fragment {
    let mut out = Fragment::new();
    out.markup("<span class=\"missing-image\">");
    out.text(if image.alt.is_empty() { &image.link.target } else { &image.alt });
    out.markup("</span>");
    out
}

fn from_data_url(head: &str, body: &str) -> Result<(Asset, Option<(usize, usize)>), String> {
    let mime = head.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = crate::path::percent_decode(body).unwrap_or_else(|| body.to_owned());
    if mime == "image/svg+xml" {
        return drawing(&body);
    }
    if !head.ends_with(";base64") {
        return Err("the data URL holds no base64".to_owned());
    }
    asset::picture(&mime, &body).map(|picture| (picture.asset, picture.size))
}

/// An SVG given as text or as base64.
pub(super) fn drawing(text: &str) -> Result<(Asset, Option<(usize, usize)>), String> {
    let decoded;
    let text = if text.trim_start().starts_with('<') {
        text
    } else {
        decoded = asset::decode(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        decoded.as_deref().ok_or_else(|| "the SVG is neither markup nor base64".to_owned())?
    };
    svg::clean(text).map(|(bytes, size)| (Asset::new(bytes, "svg"), size))
}

/// The anchors of a page: each stands once, authors' own before ours.
#[derive(Default)]
pub(super) struct Anchors {
    taken: HashSet<String>,
    /// The last number that each slug was given.
    numbers: HashMap<String, usize>,
    /// What no anchor may be made of.
    pub(super) secrets: Secrets,
}

impl Anchors {
    /// Takes an id that an author wrote; `false` where it is none, is one of ours, or is taken, so
    /// that it must not stand again.
    pub(super) fn take_authors(&mut self, id: &str) -> bool {
        is_authors(id) && self.taken.insert(id.to_owned())
    }

    /// Takes an id that is ours.
    pub(super) fn take_own(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_owned())
    }

    /// The anchor of a heading (GitHub's slug, numbered where it is taken) and, where that differs
    /// and is free, the one that JupyterLab makes of the same text.
    pub(super) fn of_heading(&mut self, text: &str) -> (String, Option<String>) {
        let text = &self.secrets.redacted(text, "").unwrap_or_else(|| text.to_owned());
        let text = &cut(text);
        let slug = slug(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        let mut id = slug.clone();
        while !self.taken.insert(id.clone()) {
            let last = self.numbers.entry(slug.clone()).or_default();
            *last += 1;
            id = format!("{slug}-{last}");
        }
        (id, self.alias(text))
    }

    /// JupyterLab's anchor for a heading, where it is free.
    pub(super) fn alias(&mut self, text: &str) -> Option<String> {
        let alias: String = cut(text).trim().replace(char::is_whitespace, "-");
        self.take_authors(&alias).then_some(alias)
    }

    /// All anchors, sorted.
    pub(super) fn into_sorted(self) -> Vec<String> {
        let mut all: Vec<String> = self.taken.into_iter().collect();
        all.sort();
        all
    }
}

/// What ids of ours begin with: nobody else's may.
const OWN: [&str; 3] = ["b:", "cell-id=", "cell="];

/// Whether an author may give something this id.
pub(super) fn is_authors(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= MAX_ID
        && !id.contains(|c: char| c.is_whitespace() || c.is_control())
        && !OWN.iter().any(|own| id.starts_with(own))
}

/// The longest id of an author, in bytes: four for each character of the longest heading.
const MAX_ID: usize = 1200;

/// The part of a heading that anchors are made of: no heading of a person is longer.
fn cut(text: &str) -> String {
    text.chars().take(300).collect()
}

/// The slug that GitHub and GitLab make of a heading: lower case, punctuation gone, spaces as
/// hyphens.
pub(crate) fn slug(text: &str) -> String {
    let slug: String = text
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' | '\t' | '\n' => Some('-'),
            '-' | '_' => Some(c),
            c if c.is_alphanumeric() => Some(c),
            // Marks that combine with letters, as in Hindi or Thai.
            c if !c.is_ascii() && !c.is_control() && !c.is_whitespace() && is_mark(c) => Some(c),
            _ => None,
        })
        .collect();
    if slug.is_empty() { "section".to_owned() } else { slug }
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{93a}'..='\u{94f}' | '\u{e31}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{3099}' | '\u{309a}')
}

/// A link in a cell.
pub(super) fn link(target: &str, page: &PageState, line: u32) -> Link {
    Link { target: target.trim().to_owned(), cell: page.at.number, line, is_bare: false }
}

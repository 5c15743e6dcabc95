//! A page → passages: stretches of its text of about two thousand characters, which are what a
//! query finds. Each gives weighted terms to the batch, and the text that results quote.

use std::collections::HashMap;

use super::batch::{Batch, Said};
use super::lines::{Line, lines};
use super::stem::{Languages, Words};
use crate::digest::Digest;
use crate::render::{Unit, UnitKind};

/// What a page brings to the index.
#[derive(Debug)]
pub struct Page<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its headings: id and text.
    pub headings: &'a [(&'a str, &'a str)],
    /// Other words that stand for the page: tags, description, values of its front matter.
    pub words: &'a [&'a str],
    /// What it can be filtered by: `tag:db`, `lang:python`, `in:runbooks`.
    pub filters: &'a [String],
    /// Its parts.
    pub units: &'a [Unit],
    /// The language of its prose, as a BCP 47 tag.
    pub language: &'a str,
}

/// What results quote of a page.
#[derive(Debug)]
pub struct Quotes {
    /// [`PER_FILE`] passages each, as JSON with commas between them; a passage is a list of quotes,
    /// a quote is `[kind, anchor, heading, text]`.
    pub files: Vec<String>,
    /// How many passages there are.
    pub passages: usize,
    /// The plain words that the page says.
    pub words: Words,
    /// Of all that the page gives to the index.
    pub digest: Digest,
}

/// How many passages stand in one file of quotes.
pub const PER_FILE: usize = 8;

/// How long a passage is, in bytes.
const LENGTH: usize = 1800;
/// How much text of one page is searched, in bytes.
const MAX_PAGE: usize = 150_000;
/// How many passages a page may have: all are numbered.
const MAX_PASSAGES: usize = u16::MAX as usize;

/// The character that begins the terms that pages are filtered by; no text gives a term with it.
pub(super) const FILTER: char = '!';

/// What a term counts by where it stands.
const HEADING: f32 = 4.0;
const WORDS: f32 = 3.0;

fn weight(kind: UnitKind) -> f32 {
    match kind {
        UnitKind::Prose => 1.2,
        UnitKind::Code => 1.0,
        UnitKind::Error => 1.0,
        UnitKind::Output => 0.7,
    }
}

/// Takes a page apart, into a batch and quotes.
pub(super) fn passages(page: &Page<'_>, number: u32, batch: &mut Batch) -> Quotes {
    let prose = Said::Prose(Languages::of(page.language));
    batch.entitle(page.title, prose);
    page.words.iter().for_each(|words| batch.say(words, WORDS, prose));
    batch.mark(&FILTER.to_string(), number);
    page.filters.iter().for_each(|filter| batch.mark(&format!("{FILTER}{filter}"), number));
    let places: HashMap<&str, usize> =
        page.headings.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
    let mut taker = Taker { batch, number, prose, passages: 0, size: 0, total: 0, quoter: Quoter::default() };
    let mut under = "";
    let mut next = 0;
    for unit in page.units {
        let place = places.get(unit.heading.as_str()).copied();
        if let Some(place) = place.filter(|place| *place >= next) {
            taker.sections(&page.headings[next..place], page.title);
            next = place + 1;
        }
        let heading = place.map_or("", |place| page.headings[place].1);
        taker.unit(unit, heading, unit.heading != under);
        under = &unit.heading;
    }
    taker.sections(&page.headings[next..], page.title);
    taker.turn();
    let Taker { passages, quoter, batch, .. } = taker;
    let words = batch.end_page();
    let mut said: Vec<&str> = vec![page.title, page.language];
    said.extend(page.filters.iter().map(String::as_str).chain(page.words.iter().copied()));
    said.extend(page.headings.iter().flat_map(|(id, text)| [*id, *text]));
    let files = quoter.finish();
    said.extend(files.iter().map(String::as_str));
    let digest = Digest::of(said.join("\0").as_bytes());
    Quotes { files, passages, words, digest }
}

/// Takes parts into passages.
struct Taker<'a> {
    batch: &'a mut Batch,
    number: u32,
    prose: Said,
    /// How many passages are whole, how long the open one is, and all of them together.
    passages: usize,
    size: usize,
    total: usize,
    quoter: Quoter,
}

impl Taker<'_> {
    fn unit(&mut self, unit: &Unit, heading: &str, is_new: bool) {
        if self.total >= MAX_PAGE || self.passages + 1 >= MAX_PASSAGES {
            return;
        }
        let lines = lines(unit, LENGTH);
        let length: usize = lines.iter().map(|line| line.text.len() + 1).sum();
        if is_new && self.size > LENGTH / 3 {
            self.turn();
        }
        if is_new {
            self.batch.say(heading, HEADING, self.prose);
        }
        // What fits a passage stays whole.
        if self.size > 0 && self.size + length.min(LENGTH) > LENGTH {
            self.turn_under(heading);
        }
        let said = match unit.kind {
            UnitKind::Prose => self.prose,
            UnitKind::Code => Said::Code,
            UnitKind::Output | UnitKind::Error => Said::Printed,
        };
        for Line { text, is_notable } in &lines {
            if self.size > 0 && self.size + text.len() > LENGTH {
                self.turn_under(heading);
            }
            self.size += text.len() + 1;
            self.total += text.len() + 1;
            match is_notable {
                true => self.batch.say_notable(text, weight(unit.kind), said),
                false => self.batch.say(text, weight(unit.kind), said),
            }
            self.quoter.line(unit, heading, text);
            if self.total >= MAX_PAGE {
                return;
            }
        }
    }

    /// Takes sections without a text of their own, which are found by their names.
    fn sections(&mut self, headings: &[(&str, &str)], title: &str) {
        headings.iter().filter(|(_, text)| *text != title).for_each(|(id, text)| self.section(id, text));
    }

    fn section(&mut self, id: &str, heading: &str) {
        if self.size > LENGTH / 3 && self.passages + 1 < MAX_PASSAGES {
            self.turn();
        }
        self.size += heading.len() + 1;
        self.batch.say(heading, HEADING, self.prose);
        self.quoter.section(id, heading);
    }

    fn turn_under(&mut self, heading: &str) {
        self.turn();
        self.batch.say(heading, HEADING / 2.0, self.prose);
    }

    /// Ends the open passage.
    fn turn(&mut self) {
        self.batch.close(self.number, u16::try_from(self.passages).unwrap_or(u16::MAX));
        self.quoter.turn();
        self.passages += 1;
        self.size = 0;
    }
}

/// Writes what results quote.
#[derive(Debug, Default)]
struct Quoter {
    files: Vec<String>,
    /// The passages of the open file, and the quotes of the open passage.
    passages: usize,
    file: String,
    passage: String,
    /// The open quote: its kind and places, and its text so far.
    open: Option<(UnitKind, String, String)>,
    text: String,
}

impl Quoter {
    fn line(&mut self, unit: &Unit, heading: &str, line: &str) {
        match &self.open {
            Some((kind, anchor, _)) if *kind == unit.kind && *anchor == unit.anchor => self.text.push('\n'),
            _ => {
                self.end();
                self.open = Some((unit.kind, unit.anchor.clone(), heading.to_owned()));
            }
        }
        self.text.push_str(line);
    }

    fn section(&mut self, id: &str, heading: &str) {
        self.end();
        self.open = Some((UnitKind::Prose, id.to_owned(), heading.to_owned()));
    }

    fn end(&mut self) {
        let Some((kind, anchor, heading)) = self.open.take() else { return };
        if !self.passage.is_empty() {
            self.passage.push(',');
        }
        let quote = serde_json::to_string(&(kind as u8, anchor, heading, &self.text));
        self.passage.push_str(&quote.unwrap_or_default());
        self.text.clear();
    }

    fn turn(&mut self) {
        self.end();
        if self.passages == PER_FILE {
            self.turn_file();
        }
        if self.passages > 0 {
            self.file.push(',');
        }
        self.file.push('[');
        self.file.push_str(&self.passage);
        self.file.push(']');
        self.passage.clear();
        self.passages += 1;
    }

    fn turn_file(&mut self) {
        self.files.push(std::mem::take(&mut self.file));
        self.passages = 0;
    }

    fn finish(mut self) -> Vec<String> {
        if self.passages > 0 {
            self.turn_file();
        }
        self.files
    }
}

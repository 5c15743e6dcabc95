//! A page → passages: stretches of its text of about two thousand characters, which are what a
//! query finds. Each comes as weighted terms, and as the text that results quote.

use std::collections::HashMap;
use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHashSet};

use serde::{Deserialize, Serialize};

use super::token::{self, Whole};
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
    /// The stemmer of its language.
    pub language: &'a str,
}

/// A part of a passage as results quote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// What kind of text it is.
    pub kind: UnitKind,
    /// Where on the page it stands.
    pub anchor: String,
    /// The words of the heading above it.
    pub heading: String,
    /// Its text.
    pub text: String,
}

/// One passage.
#[derive(Debug, Default)]
pub(super) struct Passage {
    /// Its terms with their weighted counts.
    pub(super) terms: FxHashMap<String, f32>,
    /// The plain words of its prose: those that can be misspelt, and have other forms.
    pub(super) words: FxHashSet<String>,
    /// How many terms it holds.
    pub(super) length: usize,
    /// Its text.
    pub(super) quotes: Vec<Quote>,
}

/// How long a passage is, in bytes.
const LENGTH: usize = 1800;
/// How much of one output is searched, and how much text of one page, in bytes.
const MAX_OUTPUT: usize = 4_000;
/// How much of an output's beginning is searched whatever it says, in bytes.
const HEAD: usize = 1_500;
const MAX_PAGE: usize = 150_000;
/// The longest run without a space that is text.
const MAX_RUN: usize = 200;
/// The longest line that is text.
const MAX_LINE: usize = 1000;

/// What a term counts by where it stands.
const TITLE: f32 = 8.0;
const HEADING: f32 = 4.0;
const WORDS: f32 = 3.0;
/// A part of a name counts less than a name.
const PART: f32 = 0.5;

fn weight(kind: UnitKind) -> f32 {
    match kind {
        UnitKind::Prose => 1.2,
        UnitKind::Code => 1.0,
        UnitKind::Error => 1.0,
        UnitKind::Output => 0.7,
    }
}

/// Takes a page apart.
pub(super) fn passages(page: &Page<'_>) -> Vec<Passage> {
    let headings: HashMap<&str, &str> = page.headings.iter().copied().collect();
    let mut all: Vec<Passage> = vec![Passage::default()];
    let mut size = 0;
    let mut total = 0;
    let mut under = "";
    for unit in page.units {
        let heading = headings.get(unit.heading.as_str()).copied().unwrap_or_default();
        let new_heading = unit.heading != under;
        under = &unit.heading;
        if new_heading && size > LENGTH / 3 {
            all.push(Passage::default());
            size = 0;
        }
        if let Some(last) = all.last_mut().filter(|_| new_heading) {
            last.say(heading, HEADING);
        }
        for piece in pieces(unit) {
            if total >= MAX_PAGE {
                break;
            }
            if size > 0 && size + piece.len() > LENGTH {
                all.push(Passage::default());
                size = 0;
                if let Some(last) = all.last_mut() {
                    last.say(heading, HEADING / 2.0);
                }
            }
            size += piece.len();
            total += piece.len();
            if let Some(last) = all.last_mut() {
                let printed = matches!(unit.kind, UnitKind::Output | UnitKind::Error);
                if unit.kind == UnitKind::Prose {
                    last.say(&piece, weight(unit.kind));
                } else {
                    last.count(&piece, weight(unit.kind), printed);
                }
                last.quote(unit, heading, piece);
            }
        }
    }
    let first = &mut all[0];
    first.say(page.title, TITLE);
    page.words.iter().for_each(|words| first.say(words, WORDS));
    // A page without a text of its own still says where its sections are.
    if page.units.is_empty() {
        page.headings.iter().for_each(|(_, text)| first.say(text, HEADING));
    }
    all
}

impl Passage {
    /// Counts words of prose.
    fn say(&mut self, text: &str, weight: f32) {
        let Self { terms, length, words, .. } = self;
        token::terms(text, &mut |term, whole| {
            *length += 1;
            add(terms, term, if whole == Whole::Yes { weight } else { weight * PART });
            let may_be_word = whole == Whole::Yes && term.len() > 3 && !words.contains(term);
            if may_be_word && term.chars().all(char::is_alphabetic) {
                words.insert(term.to_owned());
            }
        });
    }

    /// Counts what is no prose; of what was `printed` only what will be printed again.
    fn count(&mut self, text: &str, weight: f32, printed: bool) {
        let Self { terms, length, .. } = self;
        token::terms(text, &mut |term, whole| {
            if printed && (term.len() < 2 || token::is_volatile(term)) {
                return;
            }
            *length += 1;
            add(terms, term, if whole == Whole::Yes { weight } else { weight * PART });
        });
    }

    fn quote(&mut self, unit: &Unit, heading: &str, text: String) {
        match self.quotes.last_mut() {
            Some(last) if last.kind == unit.kind && last.anchor == unit.anchor => {
                last.text.push('\n');
                last.text.push_str(&text);
            }
            _ => self.quotes.push(Quote {
                kind: unit.kind,
                anchor: unit.anchor.clone(),
                heading: heading.to_owned(),
                text,
            }),
        }
    }
}

/// Adds to the count of a term.
fn add(terms: &mut FxHashMap<String, f32>, term: &str, weight: f32) {
    match terms.get_mut(term) {
        Some(known) => *known += weight,
        None => drop(terms.insert(term.to_owned(), weight)),
    }
}

/// The text of a unit in pieces that fit a passage: whole lines where that is possible, without
/// what is no text, and of an output each kind of line once.
fn pieces(unit: &Unit) -> Vec<String> {
    let printed = matches!(unit.kind, UnitKind::Output | UnitKind::Error);
    let mut seen: FxHashSet<u64> = FxHashSet::default();
    let mut all = Vec::new();
    let mut piece = String::new();
    let mut total = 0;
    for line in unit.text.lines() {
        let line = line.trim_end();
        if line.trim().is_empty() || (printed && !seen.insert(shape(line))) {
            continue;
        }
        // Behind its beginning only what is notable of an output.
        if printed && total > HEAD && !is_notable(line) {
            continue;
        }
        let mut line = readable(line);
        total += line.len();
        if printed && total > MAX_OUTPUT {
            break;
        }
        if !piece.is_empty() && piece.len() + line.len() > LENGTH {
            all.push(std::mem::take(&mut piece));
        }
        while line.len() > LENGTH {
            let end = (0..=LENGTH).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
            let end = line[..end].rfind(' ').filter(|at| *at > 0).unwrap_or(end);
            all.push(line[..end].to_owned());
            line = line[end..].trim_start().to_owned();
        }
        if !piece.is_empty() {
            piece.push('\n');
        }
        piece.push_str(&line);
    }
    if !piece.is_empty() {
        all.push(piece);
    }
    all
}

/// A line with all that differs from run to run made alike, as a hash: a log says the same a
/// thousand times.
fn shape(line: &str) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    for word in line.split([' ', '\t', '=', ',', '[', ']', '(', ')', '"', '\'', ':', '/']) {
        if word.bytes().any(|byte| byte.is_ascii_digit()) {
            hasher.write_u8(0);
        } else {
            hasher.write(word.as_bytes());
        }
    }
    hasher.finish()
}

/// Words that make a line of an output one that people look for.
const NOTABLE: [&str; 22] = [
    "rror",
    "ERR",
    "ail",
    "FATAL",
    "atal",
    "arn",
    "WARN",
    "xception",
    "efused",
    "enied",
    "imeout",
    "imed out",
    "anic",
    "ritical",
    "annot",
    "nable",
    "not found",
    "nvalid",
    "issing",
    "illed",
    "raceback",
    "FAIL",
];

fn is_notable(line: &str) -> bool {
    NOTABLE.iter().any(|word| memchr::memmem::find(line.as_bytes(), word.as_bytes()).is_some())
}

/// A line without long runs that no person reads: base64, minified code, hashes in a row.
fn readable(line: &str) -> String {
    if line.len() <= MAX_RUN {
        return line.to_owned();
    }
    let mut out = String::new();
    for word in line.split_inclusive(char::is_whitespace) {
        if word.len() > MAX_RUN && !word.chars().any(|c| c > '\u{2e7f}') {
            out.push_str("… ");
        } else {
            out.push_str(word);
        }
        if out.len() > MAX_LINE * 10 {
            break;
        }
    }
    out
}

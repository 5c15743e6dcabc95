//! A page → passages: stretches of its text of about two thousand characters, which are what a
//! query finds. Each comes as weighted terms, and as the text that results quote.

use std::collections::HashMap;
use std::hash::Hasher;
use std::sync::LazyLock;

use memchr::memmem::Finder;
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

/// The terms of a page, each once, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Terms {
    numbers: FxHashMap<String, u32>,
    /// The terms that are plain words of prose: those that can be misspelt, and have other forms.
    words: FxHashSet<u32>,
}

impl Terms {
    fn number(&mut self, term: &str) -> u32 {
        if let Some(number) = self.numbers.get(term) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(term.to_owned(), number);
        number
    }

    /// All terms with their numbers and whether they are plain words, in no order.
    pub(super) fn into_all(self) -> impl Iterator<Item = (String, u32, bool)> {
        let Self { numbers, words } = self;
        numbers.into_iter().map(move |(term, number)| (term, number, words.contains(&number)))
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }
}

/// One passage.
#[derive(Debug, Default)]
pub(super) struct Passage {
    /// The numbers of its terms with their weighted counts.
    pub(super) terms: FxHashMap<u32, f32>,
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
/// How much of one line is searched, in bytes.
const MAX_LINE: usize = 10_000;

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
pub(super) fn passages(page: &Page<'_>) -> (Vec<Passage>, Terms) {
    let mut known = Terms::default();
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
            last.say(heading, HEADING, &mut known);
        }
        for piece in pieces(unit) {
            if total >= MAX_PAGE {
                break;
            }
            if size > 0 && size + piece.len() > LENGTH {
                all.push(Passage::default());
                size = 0;
                if let Some(last) = all.last_mut() {
                    last.say(heading, HEADING / 2.0, &mut known);
                }
            }
            size += piece.len();
            total += piece.len();
            if let Some(last) = all.last_mut() {
                let printed = matches!(unit.kind, UnitKind::Output | UnitKind::Error);
                if unit.kind == UnitKind::Prose {
                    last.say(&piece, weight(unit.kind), &mut known);
                } else {
                    last.count(&piece, (weight(unit.kind), printed), &mut known);
                }
                last.quote(unit, heading, piece);
            }
        }
    }
    let first = &mut all[0];
    first.say(page.title, TITLE, &mut known);
    page.words.iter().for_each(|words| first.say(words, WORDS, &mut known));
    // A page without a text of its own still says where its sections are.
    if page.units.is_empty() {
        page.headings.iter().for_each(|(_, text)| first.say(text, HEADING, &mut known));
    }
    (all, known)
}

impl Passage {
    /// Counts words of prose.
    fn say(&mut self, text: &str, weight: f32, known: &mut Terms) {
        token::terms(text, &mut |term, whole| {
            let number = known.number(term);
            self.add(number, if whole == Whole::Yes { weight } else { weight * PART });
            let may_be_word = whole == Whole::Yes && term.len() > 3 && !known.words.contains(&number);
            if may_be_word && term.chars().all(char::is_alphabetic) {
                known.words.insert(number);
            }
        });
    }

    /// Counts what is no prose; of what was `printed` only what will be printed again.
    fn count(&mut self, text: &str, (weight, printed): (f32, bool), known: &mut Terms) {
        token::terms(text, &mut |term, whole| {
            if printed && (term.len() < 2 || token::is_volatile(term)) {
                return;
            }
            self.add(known.number(term), if whole == Whole::Yes { weight } else { weight * PART });
        });
    }

    fn add(&mut self, term: u32, weight: f32) {
        self.length += 1;
        *self.terms.entry(term).or_default() += weight;
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
    static FINDERS: LazyLock<Vec<Finder<'static>>> =
        LazyLock::new(|| NOTABLE.iter().map(|word| Finder::new(*word)).collect());
    FINDERS.iter().any(|finder| finder.find(line.as_bytes()).is_some())
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
        if out.len() > MAX_LINE {
            break;
        }
    }
    out
}

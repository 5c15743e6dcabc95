//! Passages of single pages → sorted runs → one stream of terms with all their postings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::Read;
use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::passage::{Page, Passage, Quote, passages};
use crate::digest::Digest;

/// Where one term stands: the page, the passage on it, and how much it says there, from 0 to 45.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// The number of the page.
    pub page: u32,
    /// The number of the passage on the page.
    pub passage: u16,
    /// The share of the term in the passage (BM25F without the rarity of the term).
    pub impact: u8,
}

/// The strongest impact.
pub(super) const MAX_IMPACT: u8 = 45;

/// What begins the terms that pages are filtered by; no text gives a term with it.
pub(super) const FILTER: char = '!';

/// BM25's saturation, and how much the length of a passage counts. Lengths are alike by
/// construction, so their mean is a constant.
const K1: f32 = 1.4;
const B: f32 = 0.35;
const MEAN_LENGTH: f32 = 260.0;

/// A term of one page.
#[derive(Debug)]
struct Term {
    text: String,
    /// Whether it is a plain word of prose.
    is_word: bool,
    /// The passages it stands in, with its impact there.
    places: Vec<(u16, u8)>,
}

/// What one page gives to the index.
#[derive(Debug)]
pub struct Gathered {
    /// Its terms, in no order.
    terms: Vec<Term>,
    language: String,
    /// Its text, passage by passage.
    pub quotes: Vec<Vec<Quote>>,
    /// Of all that it gives.
    pub digest: Digest,
}

/// Takes one page in; pure, and side by side with other pages.
pub fn gather(page: &Page<'_>) -> Gathered {
    let (found, known) = passages(page);
    let mut places: Vec<Vec<(u16, u8)>> = vec![Vec::new(); known.len()];
    let mut quotes = Vec::with_capacity(found.len());
    for (number, passage) in found.into_iter().enumerate() {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        let Passage { terms, length, quotes: quoted } = passage;
        let norm = 1.0 - B + B * (length as f32 / MEAN_LENGTH).min(2.0);
        let all: Vec<(u32, f32)> = terms.into_iter().collect();
        for (term, count) in all {
            let impact = count / (count + K1 * norm);
            let impact = (impact * f32::from(MAX_IMPACT)).round().clamp(1.0, f32::from(MAX_IMPACT)) as u8;
            places[term as usize].push((number, impact));
        }
        quotes.push(quoted);
    }
    let mut term = |(text, number, is_word): (String, u32, bool)| Term {
        text,
        is_word,
        places: std::mem::take(&mut places[number as usize]),
    };
    let mut terms: Vec<Term> = known.into_all().map(&mut term).collect();
    terms.extend(page.filters.iter().map(|filter| Term {
        text: format!("{FILTER}{filter}"),
        is_word: false,
        places: vec![(0, MAX_IMPACT)],
    }));
    let said = postcard::to_stdvec(&(&quotes, page.title, page.filters, page.words)).unwrap_or_default();
    Gathered { terms, language: page.language.to_owned(), quotes, digest: Digest::of(&said) }
}

/// The seam to the disk.
pub trait Runs: Sync {
    /// Puts a run away; back comes its number, from 0.
    ///
    /// # Errors
    /// What the system says.
    fn put(&self, run: &[u8]) -> Result<usize, String>;

    /// Opens a run.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, run: usize) -> Result<Box<dyn Read + '_>, String>;
}

/// How much is held in memory before it becomes a run, in bytes.
const MAX_HELD: usize = 32 << 20;

/// Gathers what all pages give.
pub struct Collector<'a> {
    runs: &'a dyn Runs,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    terms: FxHashMap<String, Vec<Posting>>,
    size: usize,
    runs: Vec<usize>,
    words: BTreeMap<String, FxHashSet<String>>,
    passages: u32,
}

/// All that is left to read: the runs, and the words by language.
pub struct Collected<'a> {
    runs: &'a dyn Runs,
    numbers: Vec<usize>,
    /// Plain words of prose, by the language of their pages.
    pub words: BTreeMap<String, FxHashSet<String>>,
    /// How many passages there are.
    pub passages: u32,
}

impl<'a> Collector<'a> {
    /// None yet.
    pub fn new(runs: &'a dyn Runs) -> Self {
        Self { runs, held: Mutex::default() }
    }

    /// Takes in what a page gives, under its number.
    ///
    /// # Errors
    /// What the system says when a run is put away.
    pub fn add(&self, page: u32, gathered: &Gathered) -> Result<(), String> {
        let full = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.add(page, gathered);
            (held.size > MAX_HELD).then(|| std::mem::take(&mut held.terms)).inspect(|_| held.size = 0)
        };
        full.map_or(Ok(()), |terms| self.spill(terms))
    }

    fn spill(&self, terms: FxHashMap<String, Vec<Posting>>) -> Result<(), String> {
        let number = self.runs.put(&encode(terms))?;
        self.held.lock().unwrap_or_else(PoisonError::into_inner).runs.push(number);
        Ok(())
    }

    /// Puts the rest away.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> Result<Collected<'a>, String> {
        let rest = std::mem::take(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner).terms);
        if !rest.is_empty() {
            self.spill(rest)?;
        }
        let Held { runs: numbers, words, passages, .. } =
            self.held.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Collected { runs: self.runs, numbers, words, passages })
    }
}

impl Held {
    fn add(&mut self, page: u32, gathered: &Gathered) {
        let words = self.words.entry(gathered.language.clone()).or_default();
        for Term { text: term, is_word, places } in &gathered.terms {
            if *is_word && !words.contains(term) {
                words.insert(term.clone());
            }
            let postings = match self.terms.get_mut(term) {
                Some(known) => known,
                None => {
                    self.size += term.len() + 96;
                    self.terms.entry(term.clone()).or_default()
                }
            };
            self.size += places.len() * 10;
            let posting =
                |(passage, impact): &(u16, u8)| Posting { page, passage: *passage, impact: *impact };
            postings.extend(places.iter().map(posting));
        }
        self.passages += u32::try_from(gathered.quotes.len()).unwrap_or(0);
    }
}

fn encode(terms: FxHashMap<String, Vec<Posting>>) -> Vec<u8> {
    let mut terms: Vec<(String, Vec<Posting>)> = terms.into_iter().collect();
    terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut out = Vec::new();
    for (term, mut postings) in terms {
        postings.sort_unstable();
        put(&mut out, term.len());
        out.extend_from_slice(term.as_bytes());
        put(&mut out, postings.len());
        let mut last = 0;
        for posting in postings {
            put(&mut out, (posting.page - last) as usize);
            put(&mut out, usize::from(posting.passage));
            out.push(posting.impact);
            last = posting.page;
        }
    }
    out
}

fn put(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A run being read.
struct Cursor<'a> {
    bytes: std::io::Bytes<std::io::BufReader<Box<dyn Read + 'a>>>,
}

impl Cursor<'_> {
    fn byte(&mut self) -> Result<Option<u8>, String> {
        self.bytes.next().transpose().map_err(|error| format!("a run of the index cannot be read: {error}"))
    }

    fn number(&mut self) -> Result<Option<usize>, String> {
        let (mut number, mut shift) = (0_usize, 0);
        while let Some(byte) = self.byte()? {
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(Some(number));
            }
            shift += 7;
        }
        Ok(None)
    }

    /// The next term and its postings.
    fn next(&mut self) -> Result<Option<(String, Vec<Posting>)>, String> {
        let Some(length) = self.number()? else { return Ok(None) };
        let mut term = Vec::with_capacity(length);
        for _ in 0..length {
            term.extend(self.byte()?);
        }
        let count = self.number()?.unwrap_or(0);
        let mut postings = Vec::with_capacity(count);
        let mut page = 0;
        for _ in 0..count {
            page += u32::try_from(self.number()?.unwrap_or(0)).unwrap_or(0);
            let passage = u16::try_from(self.number()?.unwrap_or(0)).unwrap_or(u16::MAX);
            let impact = self.byte()?.unwrap_or(0);
            postings.push(Posting { page, passage, impact });
        }
        Ok(Some((String::from_utf8_lossy(&term).into_owned(), postings)))
    }
}

/// Takes a term and all its postings.
pub(super) type EachTerm<'a> = dyn FnMut(&str, &mut Vec<Posting>) -> Result<(), String> + 'a;

impl Collected<'_> {
    /// Reads all terms in order, each once with all its postings by page.
    ///
    /// # Errors
    /// What the system says, or what `each` says.
    pub(super) fn read(&self, each: &mut EachTerm<'_>) -> Result<(), String> {
        let mut cursors = Vec::with_capacity(self.numbers.len());
        let mut heap = BinaryHeap::new();
        for (place, number) in self.numbers.iter().enumerate() {
            let reader = std::io::BufReader::with_capacity(1 << 16, self.runs.open(*number)?);
            let mut cursor = Cursor { bytes: reader.bytes() };
            if let Some((term, postings)) = cursor.next()? {
                heap.push(Reverse((term, place, postings)));
            }
            cursors.push(cursor);
        }
        while let Some(Reverse((term, place, mut postings))) = heap.pop() {
            let mut places = vec![place];
            while let Some(Reverse((next, ..))) = heap.peek() {
                if *next != term {
                    break;
                }
                if let Some(Reverse((_, place, more))) = heap.pop() {
                    postings.extend(more);
                    places.push(place);
                }
            }
            postings.sort_unstable();
            each(&term, &mut postings)?;
            for place in places {
                if let Some((term, postings)) = cursors[place].next()? {
                    heap.push(Reverse((term, place, postings)));
                }
            }
        }
        Ok(())
    }
}

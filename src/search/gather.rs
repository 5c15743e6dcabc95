//! Pages → batches → sorted runs on the disk → one stream of terms with all their postings.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::batch::{Batch, Line, Posting};
use super::passage::{Page, Quotes, passages};
use super::stem::Languages;

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

/// How much all batches hold in memory together, in bytes, and how much one holds at least.
const MAX_HELD: usize = 16 << 20;
const MIN_BATCH: usize = 2 << 20;

/// Gathers what all pages give.
pub struct Collector<'a> {
    runs: &'a dyn Runs,
    /// How large a batch grows.
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Batches that no worker holds right now.
    idle: Vec<Batch>,
    runs: Vec<usize>,
    words: FxHashMap<Box<str>, Languages>,
    passages: u32,
}

/// All that is left to read: the runs, and the words.
pub struct Collected<'a> {
    runs: &'a dyn Runs,
    numbers: Vec<usize>,
    /// Plain words of prose, sorted, with the languages of the pages that say them.
    pub(super) words: Vec<(Box<str>, Languages)>,
    /// How many passages there are.
    pub(super) passages: u32,
}

impl<'a> Collector<'a> {
    /// Nothing yet; so many workers will bring pages.
    pub fn new(runs: &'a dyn Runs, workers: usize) -> Self {
        let most = (MAX_HELD / workers.max(1)).max(MIN_BATCH);
        Self { runs, most, state: Mutex::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a page under a number; back comes what results quote of it.
    ///
    /// # Errors
    /// What the system says when a run is put away.
    pub fn add(&self, number: u32, page: &Page<'_>) -> Result<Quotes, String> {
        let mut batch = self.state().idle.pop().unwrap_or_default();
        let quotes = passages(page, number, &mut batch);
        if batch.size() > self.most {
            self.spill(&mut batch)?;
        }
        let mut state = self.state();
        state.idle.push(batch);
        state.passages += u32::try_from(quotes.passages).unwrap_or(0);
        Ok(quotes)
    }

    fn spill(&self, batch: &mut Batch) -> Result<(), String> {
        let mut run = Vec::new();
        let mut words = Vec::new();
        batch.drain(&mut |line| {
            encode(&line, &mut run);
            if !line.languages.is_empty() {
                words.push((Box::from(line.term), line.languages));
            }
        });
        let number = self.runs.put(&run)?;
        let mut state = self.state();
        state.runs.push(number);
        for (word, languages) in words {
            state.words.entry(word).or_default().add(languages);
        }
        Ok(())
    }

    /// Puts the rest away.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> Result<Collected<'a>, String> {
        let rest = std::mem::take(&mut self.state().idle);
        for mut batch in rest {
            self.spill(&mut batch)?;
        }
        let State { runs: numbers, words, passages, .. } =
            self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(Collected { runs: self.runs, numbers, words, passages })
    }
}

/// Writes a line of a run: lengths and steps as LEB128, the term, its postings.
fn encode(line: &Line<'_>, out: &mut Vec<u8>) {
    put(out, line.term.len());
    out.extend_from_slice(line.term.as_bytes());
    put(out, line.postings.len());
    let mut last = 0;
    for posting in line.postings {
        put(out, (posting.page - last) as usize);
        put(out, usize::from(posting.passage));
        out.push(posting.impact);
        last = posting.page;
    }
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
    /// Whether a term is a plain word of prose.
    pub(super) fn is_word(&self, term: &str) -> bool {
        self.words.binary_search_by(|(word, _)| (**word).cmp(term)).is_ok()
    }

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
            // Stable sorts are quick on sorted runs.
            postings.sort();
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

//! Pages → batches → sorted runs on the disk → one stream of terms with all their postings.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::batch::{Batch, Posting};
use super::passage::{Page, Quotes, passages};
use super::stem::{Languages, Words};

/// The seam to the disk.
pub trait Runs: Send + Sync {
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
pub struct Collector {
    runs: Arc<dyn Runs>,
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
}

/// All that is left to read: the runs, and the words.
pub struct Collected {
    runs: Arc<dyn Runs>,
    numbers: Vec<usize>,
    /// Plain words of prose, sorted, with the languages of the pages that say them.
    pub(super) words: Vec<(Box<str>, Languages)>,
}

impl Collector {
    /// Nothing but so many runs of an earlier build; so many workers will bring pages.
    pub fn new(runs: Arc<dyn Runs>, earlier: usize, workers: usize) -> Self {
        let most = (MAX_HELD / workers.max(1)).max(MIN_BATCH);
        let state = State { runs: (0..earlier).collect(), ..State::default() };
        Self { runs, most, state: Mutex::new(state) }
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
        self.state().idle.push(batch);
        Ok(quotes)
    }

    /// Takes in the words of a page whose terms lie in an earlier run.
    pub fn know(&self, words: &Words) {
        let mut state = self.state();
        for (word, languages) in words.iter() {
            match state.words.get_mut(word) {
                Some(known) => known.add(languages),
                None => drop(state.words.insert(word.into(), languages)),
            }
        }
    }

    fn spill(&self, batch: &mut Batch) -> Result<(), String> {
        let mut run = Vec::new();
        let mut words = Vec::new();
        let mut room = Vec::new();
        batch.drain(&mut |line| {
            encode((line.term, line.postings), (&mut room, &mut run));
            if !line.languages.is_empty() {
                words.push((Box::from(line.term), line.languages));
            }
        });
        if run.is_empty() {
            return Ok(());
        }
        let number = self.runs.put(&run)?;
        let mut state = self.state();
        state.runs.push(number);
        for (word, languages) in words {
            state.words.entry(word).or_default().add(languages);
        }
        Ok(())
    }

    /// Puts away what is in memory, and forgets the words: for one who will begin anew with all
    /// runs.
    ///
    /// # Errors
    /// What the system says.
    pub fn flush(&self) -> Result<(), String> {
        let rest = std::mem::take(&mut self.state().idle);
        for mut batch in rest {
            self.spill(&mut batch)?;
        }
        self.state().words.clear();
        Ok(())
    }

    /// Puts the rest away.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> Result<Collected, String> {
        let rest = std::mem::take(&mut self.state().idle);
        for mut batch in rest {
            self.spill(&mut batch)?;
        }
        let State { runs: numbers, words, .. } =
            self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(Collected { runs: self.runs, numbers, words })
    }
}

/// Writes all that is alive into new runs, in the order of terms.
pub struct Rewriter {
    runs: Arc<dyn Runs>,
    room: Vec<u8>,
    run: Vec<u8>,
}

/// How large a run grows that is written anew, in bytes.
const MAX_RUN: usize = 8 << 20;

impl Rewriter {
    /// A rewriter without anything so far.
    pub fn new(runs: Arc<dyn Runs>) -> Self {
        Self { runs, room: Vec::new(), run: Vec::new() }
    }

    /// Takes the next term with all its postings, by page.
    pub(super) fn add(&mut self, term: &str, postings: &[Posting]) -> Result<(), String> {
        encode((term, postings), (&mut self.room, &mut self.run));
        if self.run.len() > MAX_RUN {
            self.runs.put(&std::mem::take(&mut self.run))?;
        }
        Ok(())
    }

    /// Puts the rest away.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> Result<(), String> {
        if !self.run.is_empty() {
            self.runs.put(&self.run)?;
        }
        Ok(())
    }
}

/// Writes a line of a run: its term and its postings, each behind its length in bytes. Lengths and
/// steps are LEB128.
fn encode((term, postings): (&str, &[Posting]), (room, out): (&mut Vec<u8>, &mut Vec<u8>)) {
    room.clear();
    let mut last = 0;
    for posting in postings {
        put(room, (posting.page - last) as usize);
        put(room, usize::from(posting.passage));
        room.push(posting.impact);
        last = posting.page;
    }
    for part in [term.as_bytes(), room] {
        put(out, part.len());
        out.extend_from_slice(part);
    }
}

fn put(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the beginning.
fn take(bytes: &mut &[u8]) -> Option<usize> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

/// A run being read.
struct Cursor<'a> {
    reader: BufReader<Box<dyn Read + 'a>>,
    /// The postings of the term that was read last.
    room: Vec<u8>,
}

fn unreadable(error: &dyn std::fmt::Display) -> String {
    format!("a run of the index cannot be read: {error}")
}

impl Cursor<'_> {
    /// Reads a part of a line; `false` at the end of the run.
    fn part(&mut self, part: &mut Vec<u8>) -> io::Result<bool> {
        let (mut length, mut shift) = (0, 0);
        loop {
            let Some(byte) = self.reader.fill_buf()?.first().copied() else { return Ok(false) };
            self.reader.consume(1);
            length |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
            shift += 7;
        }
        part.resize(length, 0);
        self.reader.read_exact(part)?;
        Ok(true)
    }

    /// The next term, in the room of another one; its postings wait.
    fn next(&mut self, term: String) -> Result<Option<String>, String> {
        let mut term = term.into_bytes();
        if !self.part(&mut term).map_err(|error| unreadable(&error))? {
            return Ok(None);
        }
        let mut room = std::mem::take(&mut self.room);
        self.part(&mut room).map_err(|error| unreadable(&error))?;
        self.room = room;
        String::from_utf8(term).map(Some).map_err(|error| unreadable(&error))
    }

    /// Adds the postings of the term that was read last.
    fn postings(&self, all: &mut Vec<Posting>) {
        let mut rest = self.room.as_slice();
        let mut last = 0;
        while let (Some(step), Some(passage)) = (take(&mut rest), take(&mut rest)) {
            let Some((impact, after)) = rest.split_first() else { return };
            last += step as u32;
            all.push(Posting { page: last, passage: passage as u16, impact: *impact });
            rest = after;
        }
    }
}

/// Takes a term and all its postings.
pub(super) type EachTerm<'a> = dyn FnMut(&str, &mut Vec<Posting>) -> Result<(), String> + 'a;

impl Collected {
    /// Reads all terms in order, each once with all its postings by page.
    ///
    /// # Errors
    /// What the system says, or what `each` says.
    pub(super) fn read(&self, each: &mut EachTerm<'_>) -> Result<(), String> {
        let mut cursors = Vec::with_capacity(self.numbers.len());
        let mut heap = BinaryHeap::new();
        for (place, number) in self.numbers.iter().enumerate() {
            let reader = BufReader::with_capacity(1 << 16, self.runs.open(*number)?);
            let mut cursor = Cursor { reader, room: Vec::new() };
            heap.extend(cursor.next(String::new())?.map(|term| Reverse((term, place))));
            cursors.push(cursor);
        }
        let mut postings = Vec::new();
        let mut same = Vec::new();
        while let Some(Reverse((term, place))) = heap.pop() {
            postings.clear();
            cursors[place].postings(&mut postings);
            while heap.peek().is_some_and(|Reverse((next, _))| *next == term) {
                if let Some(Reverse((next, place))) = heap.pop() {
                    cursors[place].postings(&mut postings);
                    same.push((next, place));
                }
            }
            if !same.is_empty() {
                // Stable sorts are quick on sorted runs.
                postings.sort();
            }
            each(&term, &mut postings)?;
            for (term, place) in same.drain(..).chain([(term, place)]) {
                heap.extend(cursors[place].next(term)?.map(|term| Reverse((term, place))));
            }
        }
        Ok(())
    }
}

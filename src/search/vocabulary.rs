//! Terms and their numbers. Nearly all terms fit sixteen bytes, which are held and compared as one
//! value: looking terms up is what indexing spends its time with.

use rustc_hash::FxHashMap;

/// Terms by their numbers, from 0.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    short: FxHashMap<Short, u32>,
    long: FxHashMap<Box<str>, u32>,
    /// Two terms that follow each other, by their numbers.
    pairs: FxHashMap<(u32, u32), u32>,
}

/// What begins a pair as a term, and what parts its two: a character that sorts before all that
/// terms hold, so that pairs sort as their terms do.
const PAIR: char = '~';
const BETWEEN: char = '!';

/// A term of up to fifteen bytes, in the order of its bytes, with its length in the last byte.
type Short = (u64, u64);

const MAX_SHORT: usize = 15;

fn short(term: &str) -> Option<Short> {
    let length = u8::try_from(term.len()).ok().filter(|length| usize::from(*length) <= MAX_SHORT)?;
    let mut bytes = [0; 16];
    bytes[..term.len()].copy_from_slice(term.as_bytes());
    bytes[MAX_SHORT] = length;
    let whole = u128::from_be_bytes(bytes);
    Some(((whole >> 64) as u64, whole as u64))
}

fn long(term: Short) -> String {
    let bytes = (u128::from(term.0) << 64 | u128::from(term.1)).to_be_bytes();
    String::from_utf8_lossy(&bytes[..usize::from(bytes[MAX_SHORT])]).into_owned()
}

impl Vocabulary {
    /// How many terms there are.
    pub(super) fn len(&self) -> usize {
        self.short.len() + self.long.len() + self.pairs.len()
    }

    /// The number of a term, which is the next one for a new term.
    pub(super) fn number(&mut self, term: &str) -> u32 {
        let next = self.len() as u32;
        if let Some(short) = short(term) {
            return *self.short.entry(short).or_insert(next);
        }
        if let Some(number) = self.long.get(term) {
            return *number;
        }
        self.long.insert(term.into(), next);
        next
    }

    /// The number of a pair of terms, which is the next one for a new pair.
    pub(super) fn pair(&mut self, first: u32, second: u32) -> u32 {
        let next = self.len() as u32;
        *self.pairs.entry((first, second)).or_insert(next)
    }

    /// Takes all terms of another one, which is empty then; back come its numbers as ours, by
    /// theirs.
    #[expect(clippy::iter_over_hash_type, reason = "numbers mean nothing outside; what comes out is sorted")]
    pub(super) fn take(&mut self, other: &mut Self) -> Vec<u32> {
        let mut numbers = vec![0; other.len()];
        for (term, number) in other.short.drain() {
            let next = self.len() as u32;
            numbers[number as usize] = *self.short.entry(term).or_insert(next);
        }
        for (term, number) in other.long.drain() {
            let next = self.len() as u32;
            numbers[number as usize] = *self.long.entry(term).or_insert(next);
        }
        for ((first, second), number) in other.pairs.drain() {
            numbers[number as usize] = self.pair(numbers[first as usize], numbers[second as usize]);
        }
        numbers
    }

    /// All terms in the order of their bytes.
    pub(super) fn into_sorted(self) -> Vec<(String, u32)> {
        let count = self.len();
        let mut short: Vec<_> = self.short.into_iter().collect();
        short.sort_unstable();
        let short = short.into_iter().map(|(term, number)| (long(term), number)).collect();
        let mut rest: Vec<_> =
            self.long.into_iter().map(|(term, number)| (String::from(term), number)).collect();
        rest.sort_unstable();
        let terms = merged(short, rest);
        // The place of each term among the sorted ones, by its number.
        let mut places = vec![0_usize; count];
        terms.iter().enumerate().for_each(|(place, (_, number))| places[*number as usize] = place);
        let mut pairs: Vec<_> = self
            .pairs
            .into_iter()
            .map(|((first, second), number)| (places[first as usize], places[second as usize], number))
            .collect();
        pairs.sort_unstable();
        let pair = |(first, second, number): (usize, usize, u32)| {
            (format!("{PAIR}{}{BETWEEN}{}", terms[first].0, terms[second].0), number)
        };
        let pairs = pairs.into_iter().map(pair).collect();
        merged(terms, pairs)
    }
}

/// Two sorted lists as one.
fn merged(first: Vec<(String, u32)>, second: Vec<(String, u32)>) -> Vec<(String, u32)> {
    let mut all = Vec::with_capacity(first.len() + second.len());
    let mut second = second.into_iter().peekable();
    for one in first {
        while let Some(before) = second.next_if(|other| other.0 < one.0) {
            all.push(before);
        }
        all.push(one);
    }
    all.extend(second);
    all
}

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
const PAIR: &str = "~";
const BETWEEN: &str = "!";

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

fn text(term: Short) -> [u8; 16] {
    (u128::from(term.0) << 64 | u128::from(term.1)).to_be_bytes()
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

    /// Takes all terms of another one, which is empty then, and shows each but the pairs with its
    /// number there; back come its numbers as ours, by theirs.
    #[expect(clippy::iter_over_hash_type, reason = "numbers mean nothing outside; what comes out is sorted")]
    pub(super) fn take(&mut self, other: &mut Self, show: &mut dyn FnMut(&str, u32)) -> Vec<u32> {
        let mut numbers = vec![0; other.len()];
        for (term, number) in other.short.drain() {
            let next = self.len() as u32;
            show(Term::Short(text(term)).as_str(), number);
            numbers[number as usize] = *self.short.entry(term).or_insert(next);
        }
        for (term, number) in other.long.drain() {
            let next = self.len() as u32;
            show(&term, number);
            numbers[number as usize] = *self.long.entry(term).or_insert(next);
        }
        for ((first, second), number) in other.pairs.drain() {
            numbers[number as usize] = self.pair(numbers[first as usize], numbers[second as usize]);
        }
        numbers
    }

    /// Gives all terms in the order of their bytes with their numbers, and is empty then.
    pub(super) fn drain_sorted(&mut self, each: &mut dyn FnMut(&str, u32)) {
        let mut places = vec![0_usize; self.len()];
        let mut short: Vec<_> = self.short.drain().collect();
        short.sort_unstable();
        let mut long: Vec<_> = self.long.drain().collect();
        long.sort_unstable();
        let mut terms: Vec<(Term, u32)> = Vec::with_capacity(short.len() + long.len());
        let mut short = short.into_iter().map(|(term, number)| (Term::Short(text(term)), number)).peekable();
        for (term, number) in long {
            while let Some(before) = short.next_if(|(short, _)| short.as_str() < &*term) {
                terms.push(before);
            }
            terms.push((Term::Long(term), number));
        }
        terms.extend(short);
        terms.iter().enumerate().for_each(|(place, (_, number))| places[*number as usize] = place);
        let mut pairs: Vec<_> = self
            .pairs
            .drain()
            .map(|((first, second), number)| (places[first as usize], places[second as usize], number))
            .collect();
        pairs.sort_unstable();
        // All pairs begin with one character, so they stand together.
        let behind = terms.partition_point(|(term, _)| term.as_str() < PAIR);
        let (before, behind) = terms.split_at(behind);
        before.iter().for_each(|(term, number)| each(term.as_str(), *number));
        let mut pair = String::new();
        for (first, second, number) in pairs {
            pair.clear();
            [PAIR, terms[first].0.as_str(), BETWEEN, terms[second].0.as_str()]
                .iter()
                .for_each(|part| pair.push_str(part));
            each(&pair, number);
        }
        behind.iter().for_each(|(term, number)| each(term.as_str(), *number));
    }
}

/// A term by its length.
enum Term {
    Short([u8; 16]),
    Long(Box<str>),
}

impl Term {
    fn as_str(&self) -> &str {
        match self {
            Self::Short(bytes) => {
                std::str::from_utf8(&bytes[..usize::from(bytes[MAX_SHORT])]).unwrap_or_default()
            }
            Self::Long(text) => text,
        }
    }
}

//! Which lines of a part of a page are searched: not what no person reads, and of an output
//! its beginning, what it reports, and its end.

use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, packed};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::token;
use crate::render::{Unit, UnitKind};

/// How much of one output is searched, in bytes.
const MAX_OUTPUT: usize = 24_000;
/// How much of an output's end is searched whatever it says, in bytes: what went wrong stands last.
const TAIL: usize = 400;
/// How many lines are searched that differ in numbers alone.
const ALIKE: usize = 3;
/// How much of an output's beginning is searched whatever it says, in bytes; less of one that is
/// longer than `LONG`, which is a log: what is looked for in it is what it reports.
const HEAD: usize = 1_000;
const HEAD_OF_LOG: usize = 400;
const LONG: usize = 3_000;
/// The longest run without a space that is text.
const MAX_RUN: usize = 200;
/// How much of one line is searched, in bytes.
const MAX_LINE: usize = 10_000;

/// What begins the data of a data URI.
const DATA: &str = ";base64,";

/// What makes a line of an output one that people look for.
const NOTABLE: [&str; 46] = [
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
    "o space",
    "egmentation",
    "BackOff",
    "reset by",
    "roken pipe",
    "eadlock",
    "xpired",
    "ermission",
    "orbidden",
    "nauthorized",
    "borted",
    "orrupt",
    "onflict",
    "ORA-",
    "OOM",
    "nhealthy",
    "nreachable",
    "EACC",
    "ECONN",
    "ENOENT",
    "ehler",
    "rreur",
    "エラー",
    "错误",
];

/// A line, or as much of it as a passage holds.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) text: Cow<'a, str>,
    /// Whether people look for it, word by word.
    pub(super) is_notable: bool,
}

/// The lines of a part that are searched, each no longer than `most` bytes.
pub(super) fn lines(unit: &Unit, most: usize) -> Vec<Line<'_>> {
    let is_printed = matches!(unit.kind, UnitKind::Output | UnitKind::Error);
    let text = unit.text.as_str();
    let mut all = Vec::new();
    let mut seen = Seen::default();
    let mut total = 0;
    let mut at = 0;
    let head = if text.len() > LONG { HEAD_OF_LOG } else { HEAD };
    let tail = line_start(text, text.floor_char_boundary(text.len().saturating_sub(TAIL)));
    let holds_data = memchr::memmem::find(text.as_bytes(), DATA.as_bytes()).is_some();
    let mut notable = next_notable(text, 0);
    while at < text.len() && !(is_printed && total > MAX_OUTPUT) {
        let mut start = at;
        // Of what a program printed the beginning, then what is notable, then the end.
        if is_printed && total > head {
            start = at.max(line_start(text, notable).min(tail));
        }
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |end| start + end);
        let is_notable = notable < end;
        let line = text[start..end].trim_end();
        if !line.trim_start().is_empty() && !is_data(line) && (!is_printed || seen.is_new(line)) {
            total += line.len().min(MAX_LINE);
            add(line, (most, holds_data), &mut |text| all.push(Line { text, is_notable }));
        }
        at = end + 1;
        if is_notable && at < text.len() {
            notable = next_notable(text, at);
        }
    }
    all
}

fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1)
}

/// What parts the words of a line that are compared.
const SEPARATORS: [bool; 256] = {
    let mut separators = [false; 256];
    let signs = b" \t=,[]()\"':/";
    let mut at = 0;
    while at < signs.len() {
        separators[signs[at] as usize] = true;
        at += 1;
    }
    separators
};

/// The lines of an output so far: each once, and few of those that differ in numbers alone, since a
/// log says the same a thousand times.
#[derive(Default)]
struct Seen {
    lines: FxHashSet<u64>,
    shapes: FxHashMap<u64, usize>,
}

impl Seen {
    fn is_new(&mut self, line: &str) -> bool {
        let (mut exact, mut shape) = (FxHasher::default(), FxHasher::default());
        exact.write(line.as_bytes());
        for word in line.as_bytes().split(|byte| SEPARATORS[usize::from(*byte)]) {
            if word.iter().any(u8::is_ascii_digit) && is_alike(word) {
                shape.write_u8(0);
            } else {
                shape.write(word);
            }
        }
        if !self.lines.insert(exact.finish()) {
            return false;
        }
        let count = self.shapes.entry(shape.finish()).or_default();
        *count += 1;
        *count <= ALIKE
    }
}

/// Whether a word with digits differs from run to run: codes, addresses and names do not.
fn is_alike(word: &[u8]) -> bool {
    let is_number =
        word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'%'));
    (is_number && word.iter().filter(|byte| **byte == b'.').count() < 2) || token::is_volatile(word)
}

/// Whether a line is base64 and the like, which nobody reads.
fn is_data(line: &str) -> bool {
    let line = line.trim_start();
    let has = |test: fn(&u8) -> bool| line.as_bytes().iter().any(test);
    line.len() >= 60
        && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

/// Where the next word stands that makes a line notable; the end of the text where there is none.
fn next_notable(text: &str, from: usize) -> usize {
    // Vectors where the processor has them, which is where it matters.
    static PACKED: LazyLock<Option<packed::Searcher>> = LazyLock::new(|| packed::Searcher::new(NOTABLE));
    static PLAIN: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(NOTABLE).ok());
    let rest = &text.as_bytes()[from..];
    let found = match &*PACKED {
        Some(searcher) => searcher.find(rest),
        None => PLAIN.as_ref().and_then(|searcher| searcher.find(rest)),
    };
    found.map_or(text.len(), |found| from + found.start())
}

/// Gives a line, cut at spaces where it is too long.
fn add<'a>(line: &'a str, (most, holds_data): (usize, bool), each: &mut dyn FnMut(Cow<'a, str>)) {
    if line.len() <= most.min(MAX_RUN) && !(holds_data && line.contains(DATA)) {
        return each(line.into());
    }
    let line = readable(line);
    let mut rest = &*line;
    while !rest.is_empty() {
        let end = match rest.len() <= most {
            true => rest.len(),
            false => {
                let end = rest.floor_char_boundary(most);
                rest[..end].rfind(' ').filter(|at| *at > 0).unwrap_or(end)
            }
        };
        each(rest[..end].to_owned().into());
        rest = rest[end..].trim_start();
    }
}

/// A line without long runs that no person reads: base64, minified code, hashes in a row.
fn readable(line: &str) -> String {
    let mut out = String::new();
    for word in line.split_inclusive(char::is_whitespace) {
        if let Some(start) = word.find(DATA) {
            out.push_str(&word[..start]);
            out.push_str("… ");
        } else if word.len() > MAX_RUN && !word.chars().any(|c| c > '\u{2e7f}') {
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

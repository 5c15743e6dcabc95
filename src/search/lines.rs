//! Which lines of a part of a page are searched: not what no person reads, and of an output each
//! kind of line once.

use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use crate::render::{Unit, UnitKind};

/// How much of one output is searched, in bytes.
const MAX_OUTPUT: usize = 24_000;
/// How much of an output's beginning is searched whatever it says, in bytes.
const HEAD: usize = 1_000;
/// The longest run without a space that is text.
const MAX_RUN: usize = 200;
/// How much of one line is searched, in bytes.
const MAX_LINE: usize = 10_000;

/// What makes a line of an output one that people look for.
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
    let mut seen = FxHashSet::default();
    let mut total = 0;
    let mut at = 0;
    let mut notable = next_notable(text, 0);
    while at < text.len() && !(is_printed && total > MAX_OUTPUT) {
        let mut start = at;
        // Of what a program printed the beginning, then what is notable.
        if is_printed && total > HEAD {
            if notable == text.len() {
                break;
            }
            start = memchr::memrchr(b'\n', &text.as_bytes()[at..notable]).map_or(at, |end| at + end + 1);
        }
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |end| start + end);
        let is_notable = notable < end;
        let line = text[start..end].trim_end();
        // Of lines that differ in numbers alone the first.
        if !line.trim_start().is_empty() && (!is_printed || seen.insert(shape(line))) {
            total += line.len().min(MAX_LINE);
            add(line, most, &mut |text| all.push(Line { text, is_notable }));
        }
        at = end + 1;
        if is_notable && at < text.len() {
            notable = next_notable(text, at);
        }
    }
    all
}

/// Where the next word stands that makes a line notable; the end of the text where there is none.
fn next_notable(text: &str, from: usize) -> usize {
    static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(NOTABLE).ok());
    let found = FINDER.as_ref().and_then(|finder| finder.find(&text.as_bytes()[from..]));
    found.map_or(text.len(), |found| from + found.start())
}

/// Gives a line, cut at spaces where it is too long.
fn add<'a>(line: &'a str, most: usize, each: &mut dyn FnMut(Cow<'a, str>)) {
    if line.len() <= most.min(MAX_RUN) {
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

/// A line with all that differs from run to run made alike, as a hash: a log says the same a
/// thousand times.
fn shape(line: &str) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    let (mut word, mut has_digit) = (0_u64, false);
    for byte in line.bytes() {
        match byte {
            b' ' | b'\t' | b'=' | b',' | b'[' | b']' | b'(' | b')' | b'"' | b'\'' | b':' | b'/' => {
                hasher.write_u64(if has_digit { 1 } else { word });
                (word, has_digit) = (0, false);
            }
            b'0'..=b'9' => has_digit = true,
            _ => word = word.rotate_left(8) ^ u64::from(byte).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        }
    }
    hasher.write_u64(if has_digit { 1 } else { word });
    hasher.finish()
}

/// A line without long runs that no person reads: base64, minified code, hashes in a row.
fn readable(line: &str) -> String {
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

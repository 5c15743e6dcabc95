//! Which lines of a part of a page are searched: not what no person reads, and of an output each
//! kind of line once.

use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use crate::render::{Unit, UnitKind};

/// How much of one output is searched, in bytes.
const MAX_OUTPUT: usize = 4_000;
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

/// The lines of a part that are searched, each no longer than `most` bytes.
pub(super) fn lines(unit: &Unit, most: usize) -> Vec<Cow<'_, str>> {
    let mut all = Vec::new();
    match unit.kind {
        UnitKind::Prose | UnitKind::Code => unit.text.lines().for_each(|line| add(line, most, &mut all)),
        UnitKind::Output | UnitKind::Error => printed(&unit.text, most, &mut all),
    }
    all
}

/// Of what a program printed the beginning, then what is notable; of lines that differ in numbers
/// alone the first.
fn printed<'a>(text: &'a str, most: usize, all: &mut Vec<Cow<'a, str>>) {
    static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(NOTABLE).ok());
    let mut seen = FxHashSet::default();
    let mut total = 0;
    let mut at = 0;
    while at < text.len() && total <= MAX_OUTPUT {
        let mut start = at;
        if total > HEAD {
            let found = FINDER.as_ref().and_then(|finder| finder.find(&text.as_bytes()[at..]));
            let Some(found) = found else { return };
            let hit = at + found.start();
            start = memchr::memrchr(b'\n', &text.as_bytes()[at..hit]).map_or(at, |end| at + end + 1);
        }
        let end = memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |end| start + end);
        let line = text[start..end].trim_end();
        if !line.trim_start().is_empty() && seen.insert(shape(line)) {
            total += line.len().min(MAX_LINE);
            add(line, most, all);
        }
        at = end + 1;
    }
}

/// Adds a line, cut at spaces where it is too long.
fn add<'a>(line: &'a str, most: usize, all: &mut Vec<Cow<'a, str>>) {
    let line = line.trim_end();
    if line.len() <= most.min(MAX_RUN) {
        if !line.trim_start().is_empty() {
            all.push(line.into());
        }
        return;
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
        all.push(rest[..end].to_owned().into());
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

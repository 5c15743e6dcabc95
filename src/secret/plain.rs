//! Text of terminals as readers see it: without what colours it and links it, with what was deleted
//! gone; and the way back to where it stood.

use std::borrow::Cow;
use std::ops::Range;

/// A text as readers see it.
pub(super) struct Plain<'a> {
    pub(super) text: Cow<'a, str>,
    /// Where each byte of it stands in the original; empty where it is the original.
    places: Vec<usize>,
}

/// Takes the escape sequences of ECMA-48 and the commands of xterm out of a text, and applies its
/// backspaces.
pub(super) fn plain(text: &str) -> Plain<'_> {
    let bytes = text.as_bytes();
    if memchr::memchr2(0x1b, 0x08, bytes).is_none() {
        return Plain { text: Cow::Borrowed(text), places: Vec::new() };
    }
    let mut out = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = memchr::memchr2(0x1b, 0x08, &bytes[at..]).map_or(bytes.len(), |next| at + next);
        out.push_str(&text[at..end]);
        places.extend(at..end);
        at = match bytes.get(end) {
            Some(0x08) => {
                // It never goes over the beginning of a line.
                if !out.ends_with('\n') && out.pop().is_some() {
                    places.truncate(out.len());
                }
                end + 1
            }
            _ => sequence_end(bytes, end),
        };
    }
    Plain { text: Cow::Owned(out), places }
}

/// Where the sequence that begins at `at` ends.
fn sequence_end(bytes: &[u8], at: usize) -> usize {
    let end = match bytes.get(at + 1) {
        Some(b'[') => {
            let parameters = bytes[at + 2..].iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
            let last = at + 2 + parameters;
            if bytes.get(last).is_some_and(|byte| (0x40..0x7f).contains(byte)) { last + 1 } else { last }
        }
        // A command goes up to a bell or a backslash behind an escape.
        Some(b']') => match memchr::memchr2(0x07, 0x1b, &bytes[at + 2..]).map(|end| at + 2 + end) {
            Some(end) if bytes[end] == 0x07 => end + 1,
            Some(end) if bytes.get(end + 1) == Some(&b'\\') => end + 2,
            _ => at + 2,
        },
        _ => at + 1,
    };
    end.min(bytes.len())
}

impl Plain<'_> {
    /// Where a part of it stands in the original.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(at);
        if self.places.is_empty() {
            return range.clone();
        }
        place(range.start)..place(range.end.saturating_sub(1)) + 1
    }
}

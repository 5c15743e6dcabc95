//! Text of terminals without what colours it, and the way back to where it stood.

use std::borrow::Cow;
use std::ops::Range;

/// A text as readers see it.
pub(super) struct Plain<'a> {
    pub(super) text: Cow<'a, str>,
    /// Where each stretch of it begins, here and in the original.
    stretches: Vec<(usize, usize)>,
}

/// Takes the escape sequences of ECMA-48 out of a text.
pub(super) fn plain(text: &str) -> Plain<'_> {
    if memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return Plain { text: Cow::Borrowed(text), stretches: Vec::new() };
    }
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut stretches = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = memchr::memchr(0x1b, &bytes[at..]).map_or(bytes.len(), |next| at + next);
        if end > at {
            stretches.push((out.len(), at));
            out.push_str(&text[at..end]);
        }
        at = sequence_end(bytes, end);
    }
    Plain { text: Cow::Owned(out), stretches }
}

/// Where the sequence that begins at `at` ends.
fn sequence_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at + 1) != Some(&b'[') {
        return (at + 1).min(bytes.len());
    }
    let parameters = bytes[at + 2..].iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
    let last = at + 2 + parameters;
    if bytes.get(last).is_some_and(|byte| (0x40..0x7f).contains(byte)) { last + 1 } else { last }
}

impl Plain<'_> {
    /// Where a part of it stands in the original.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let stretch = self.stretches.partition_point(|(here, _)| *here <= at).checked_sub(1);
            stretch
                .and_then(|number| self.stretches.get(number))
                .map_or(at, |(here, there)| at - here + there)
        };
        place(range.start)..place(range.end.saturating_sub(1)) + 1
    }
}

//! Places in a text → lines.

/// Counts lines from places that mostly rise, so that placing all that was found in a text reads it
/// once.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    /// Of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The line, from 1, of a place in bytes; a place behind the end is at the end.
    pub fn of(&mut self, at: usize) -> u32 {
        let at = at.min(self.text.len());
        if at < self.at {
            (self.at, self.line) = (0, 1);
        }
        let passed = &self.text.as_bytes()[self.at..at];
        self.line += u32::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or(u32::MAX);
        self.at = at;
        self.line
    }
}

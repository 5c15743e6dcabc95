//! Credentials in text: private keys, tokens, passwords.
//!
//! Rules have the form of gitleaks (<https://github.com/gitleaks/gitleaks>, `config/gitleaks.toml`),
//! and any such file loads. Of our own set some rules *redact*: what they find is so surely a
//! credential that no page may show it. The others, which know a secret by its surroundings or its
//! randomness, only say what they found.
//!
//! A text is asked once for all keywords of all rules; only rules whose keyword occurs run their
//! regular expression. Text is scanned as readers see it: decoded, and without the colour codes of
//! terminals.

mod allow;
mod kind;
mod plain;
mod rules;

pub use allow::allowed_in;
pub use kind::Kind;
pub use rules::Options;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::diagnostic::{Lines, Note};
use crate::digest::Digest;
use allow::{Allow, Judged};

/// What a text is searched for, and how thoroughly.
#[derive(Clone)]
pub struct Secrets {
    book: Arc<Book>,
    is_thorough: bool,
}

/// All kinds of secrets of a run.
struct Book {
    kinds: Vec<Kind>,
    allows: Vec<Allow>,
    /// The keywords of all kinds, and of those that redact.
    all: Keywords,
    redacting: Keywords,
    digest: Digest,
}

/// Which kinds a text may hold, by the words that stand in it.
struct Keywords {
    finder: Option<AhoCorasick>,
    /// The kind of each keyword.
    kinds: Vec<usize>,
    /// Kinds without a keyword: any text may hold them.
    always: Vec<usize>,
}

/// A secret in a text.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// What it is.
    pub kind: &'a Kind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// The line it begins in, from 1.
    pub line: u32,
    /// A few bits of a hash of it: that it was replaced by another can be seen by them, what it is
    /// cannot.
    pub mark: u8,
}

static BUILT_IN: LazyLock<Arc<Book>> = LazyLock::new(|| {
    // The set of our own is whole by a test; an option is what can be wrong.
    Arc::new(Book::new(&Options::default(), &[]).unwrap_or_else(|_| Book::empty()))
});

impl Default for Secrets {
    fn default() -> Self {
        Self { book: BUILT_IN.clone(), is_thorough: false }
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({}, thorough: {})", self.book.digest, self.is_thorough)
    }
}

impl serde::Serialize for Secrets {
    /// What decides what is found, as one word: it is a part of what pages are kept by.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} {}", self.book.digest, self.is_thorough))
    }
}

impl Secrets {
    /// The set of our own with what the options change, and the rules of other files (their names
    /// and texts).
    ///
    /// # Errors
    /// The rule or option that cannot be read, and why.
    pub fn new(options: &Options, files: &[(String, String)]) -> Result<Self, String> {
        if *options == Options::default() && files.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self { book: Arc::new(Book::new(options, files)?), is_thorough: false })
    }

    /// The same that also finds what does not redact: for the check.
    pub fn thorough(&self) -> Self {
        Self { book: self.book.clone(), is_thorough: true }
    }

    /// All kinds that are looked for.
    pub fn kinds(&self) -> &[Kind] {
        &self.book.kinds
    }

    fn keywords(&self) -> &Keywords {
        if self.is_thorough { &self.book.all } else { &self.book.redacting }
    }

    /// Whether a text may hold a secret; `false` is certain, also for what is decoded from it.
    pub fn may_hold(&self, text: &str) -> bool {
        let keywords = self.keywords();
        !keywords.always.is_empty()
            || keywords.finder.as_ref().is_some_and(|finder| finder.is_match(text))
            // Letters that stand as escapes, as no editor writes them.
            || memchr::memmem::find(text.as_bytes(), b"\\u00").is_some()
    }

    /// The secrets in a source of a file, in its order; none overlaps another. What its author allows
    /// beside it is none.
    pub fn find(&self, text: &str, path: &str) -> Vec<Found<'_>> {
        self.search(text, path, true)
    }

    /// The same in what no author wrote: nothing in it allows anything.
    pub fn find_in_output(&self, text: &str, path: &str) -> Vec<Found<'_>> {
        self.search(text, path, false)
    }

    /// What in a source only looks like a secret, by what its author says beside it.
    pub fn allowed_beside(&self, text: &str, path: &str) -> Vec<String> {
        let kept: Vec<Range<usize>> = self.find(text, path).into_iter().map(|found| found.range).collect();
        let all = self.find_in_output(text, path).into_iter().map(|found| found.range);
        all.filter(|range| !kept.contains(range)).map(|range| text[range].to_owned()).collect()
    }

    fn search(&self, text: &str, path: &str, has_author: bool) -> Vec<Found<'_>> {
        let plain = plain::plain(text);
        let mut taken = Taken::default();
        for number in self.keywords().hits(&plain.text) {
            let kind = &self.book.kinds[number];
            if !kind.is_at(path) {
                continue;
            }
            for (whole, secret) in kind.matches(&plain.text) {
                if taken.overlaps(&secret) {
                    continue;
                }
                let judged = Judged { text: &plain.text, whole, secret: secret.clone(), path };
                let is_allowed = kind.allows.iter().any(|allow| allow.allows(&judged))
                    || self.book.allows.iter().any(|allow| allow.is_for(kind) && allow.allows(&judged));
                if has_author && allow::is_allowed_inline(&judged, &kind.id) {
                    // Nor is it one under another name.
                    taken.add(secret, None);
                } else if !is_allowed {
                    taken.add(secret, Some(number));
                }
            }
        }
        let mut lines = Lines::new(text);
        let found = taken.0.into_iter().filter_map(|(start, (end, number))| Some((start..end, number?)));
        found
            .map(|(secret, number)| {
                let mark = Digest::of(plain.text[secret.clone()].as_bytes()).first_byte();
                let range = plain.original(&secret);
                Found { kind: &self.book.kinds[number], line: lines.of(range.start), range, mark }
            })
            .collect()
    }

    /// The kinds whose files have such a name.
    pub fn of_path(&self, path: &str) -> impl Iterator<Item = &Kind> {
        let named = self.book.kinds.iter().filter(|kind| kind.is_of_names());
        named.filter(move |kind| {
            kind.is_at(path)
                && !kind.allows.iter().any(|allow| allow.allows_path(path))
                && !self.book.allows.iter().any(|allow| allow.is_for(kind) && allow.allows_path(path))
        })
    }

    /// A source without the secrets that redact; `None` where it holds none. A line of a secret
    /// stays a line, so that whatever points at one still does.
    pub fn redacted(&self, text: &str, path: &str) -> Option<String> {
        masked(text, self.find(text, path).into_iter().filter(|found| found.kind.redacts))
    }

    /// A text in which no secret of any kind stands: for what is quoted to people.
    pub fn hidden(&self, text: &str) -> String {
        masked(text, self.thorough().find_in_output(text, "").into_iter()).unwrap_or_else(|| text.to_owned())
    }
}

/// A text with marks in place of what was found in it; `None` where that is nothing.
pub fn masked<'a>(text: &str, found: impl Iterator<Item = Found<'a>>) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    for found in found {
        out.push_str(&text[done..found.range.start]);
        out.push_str(&mask(found.kind, &text[found.range.clone()]));
        done = found.range.end;
    }
    (done > 0).then(|| {
        out.push_str(&text[done..]);
        out
    })
}

/// Parts of a text that are spoken for, by their beginnings: their ends, and what stands there, if
/// it is to be said. None overlaps another.
#[derive(Default)]
struct Taken(BTreeMap<usize, (usize, Option<usize>)>);

impl Taken {
    fn overlaps(&self, part: &Range<usize>) -> bool {
        self.0.range(..part.end).next_back().is_some_and(|(_, (end, _))| *end > part.start)
    }

    fn add(&mut self, part: Range<usize>, what: Option<usize>) {
        self.0.insert(part.start, (part.end, what));
    }
}

impl Found<'_> {
    /// What is said of it: its kind and its place, and nothing of itself.
    /// `is_source` is whether a comment can stand beside it.
    pub fn note(&self, place: &str, is_source: bool) -> Note {
        self.kind.note(place, is_source).marked(self.mark)
    }
}

/// What stands in place of a secret.
pub fn mask(kind: &Kind, secret: &str) -> String {
    let lines = memchr::memchr_iter(b'\n', secret.as_bytes()).count();
    format!("[redacted: {}]{}", kind.id, "\n".repeat(lines))
}

impl Book {
    fn empty() -> Self {
        Self {
            kinds: Vec::new(),
            allows: Vec::new(),
            all: Keywords::new(std::iter::empty()),
            redacting: Keywords::new(std::iter::empty()),
            digest: Digest::default(),
        }
    }

    fn new(options: &Options, files: &[(String, String)]) -> Result<Self, String> {
        let (kinds, allows) = rules::gather(options, files)?;
        let said = serde_json::to_vec(options).unwrap_or_default();
        let mut parts: Vec<&[u8]> = vec![rules::OWN.as_bytes(), &said];
        parts.extend(files.iter().map(|(_, text)| text.as_bytes()));
        let numbered = || kinds.iter().enumerate().filter(|(_, kind)| !kind.is_of_names());
        Ok(Self {
            all: Keywords::new(numbered()),
            redacting: Keywords::new(numbered().filter(|(_, kind)| kind.redacts)),
            digest: Digest::of_parts(&parts),
            kinds,
            allows,
        })
    }
}

impl Keywords {
    fn new<'a>(of: impl Iterator<Item = (usize, &'a Kind)>) -> Self {
        let (mut words, mut kinds, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (number, kind) in of {
            if kind.keywords.is_empty() {
                always.push(number);
            }
            for word in &kind.keywords {
                words.push(word.as_str());
                kinds.push(number);
            }
        }
        // All text of a repo goes through it: of the automata the one that takes one step a byte.
        let kind = Some(AhoCorasickKind::DFA);
        let finder = AhoCorasick::builder().kind(kind).ascii_case_insensitive(true).build(&words).ok();
        Self { finder: finder.filter(|_| !words.is_empty()), kinds, always }
    }

    /// The kinds that a text may hold, in their order.
    fn hits(&self, text: &str) -> Vec<usize> {
        let mut hits = self.always.clone();
        let words = self.finder.iter().flat_map(|finder| finder.find_overlapping_iter(text));
        let mut seen = vec![false; self.kinds.len()];
        for word in words {
            seen[word.pattern().as_usize()] = true;
        }
        hits.extend(self.kinds.iter().zip(seen).filter(|(_, seen)| *seen).map(|(kind, _)| *kind));
        hits.sort_unstable();
        hits.dedup();
        hits
    }
}

//! One kind of secret: how it is known.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::allow::Allow;
use crate::diagnostic::{Note, Rule};

/// The largest automaton of one rule, in bytes: rules of gitleaks need more than is usual.
const MAX_AUTOMATON: usize = 100 << 20;

/// A kind of secret.
#[derive(Debug)]
pub struct Kind {
    /// Its id, as people write it to allow one: `github-pat`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whether what it finds is redacted in what is published.
    pub redacts: bool,
    /// How it is known; `None` where its files are known by their names.
    pub(super) pattern: Option<Pattern>,
    /// The paths that it stands at; any where there is none.
    pub(super) path: Option<Pattern>,
    /// The group of the pattern that is the secret; the first that is not empty where it is 0.
    pub(super) group: usize,
    /// How random a secret must be, in bits a character.
    pub(super) entropy: f64,
    /// Words of which one stands in every text with such a secret, in lower case.
    pub(super) keywords: Vec<String>,
    /// What looks like one and is none.
    pub(super) allows: Vec<Allow>,
}

/// A regular expression that is made when it is asked for first.
#[derive(Debug)]
pub(super) struct Pattern {
    text: String,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern that is known to be right, or that is found wrong by [`Pattern::check`].
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), regex: OnceLock::new() }
    }

    /// Makes the expression now.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn check(self) -> Result<Self, String> {
        let regex = compile(&self.text)?;
        let _ = self.regex.set(Some(regex));
        Ok(self)
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| compile(&self.text).ok()).as_ref()
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }
}

/// The expression of a rule: over bytes and ASCII, as tokens are; with Unicode some rules of
/// gitleaks grow beyond any limit.
fn compile(text: &str) -> Result<Regex, String> {
    let build = |text: &str, unicode: bool| {
        RegexBuilder::new(text).unicode(unicode).size_limit(MAX_AUTOMATON).build()
    };
    let tried = build(text, false).or_else(|error| build(&braced(text), false).map_err(|_| error));
    tried.or_else(|error| build(&braced(text), true).map_err(|_| error)).map_err(|error| error.to_string())
}

/// A pattern of Go, where a brace that repeats nothing stands for itself.
fn braced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let behind = &text[at + c.len_utf8()..];
        let repeats = behind.split_once('}').is_some_and(|(inside, _)| {
            !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
        });
        let is_escaped = ["\\", "\\x", "\\p", "\\P"].iter().any(|before| text[..at].ends_with(before));
        if c == '{' && !repeats && !is_escaped {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl Kind {
    /// Whether it is known by the names of files alone.
    pub(super) fn is_of_names(&self) -> bool {
        self.pattern.is_none()
    }

    /// What is said of one at a place; `is_source` is whether a comment can stand beside it there.
    pub fn note(&self, place: &str, is_source: bool) -> Note {
        let Self { id, name, .. } = self;
        let shown = if self.redacts { "; the site shows a mark in its place" } else { "" };
        let allow = match is_source {
            true => format!("write `bindery:allow {id}` beside it"),
            false => format!("give the cell the tag `bindery-allow-{id}`, or name it in `[secrets]`"),
        };
        let help = format!("revoke it and take it out, also of git's history; where it is none, {allow}");
        Note::warning(Rule::Secret, format!("{name} in {place} ({id}){shown}")).help(help).of_kind(id.clone())
    }

    /// Whether it stands at a path.
    pub(super) fn is_at(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|pattern| pattern.is_match(path))
    }

    /// All that has its form in a text: the whole, and the secret in it.
    pub(super) fn matches(&self, text: &str) -> Vec<(Range<usize>, Range<usize>)> {
        let Some(regex) = self.pattern.as_ref().and_then(Pattern::regex) else { return Vec::new() };
        let mut found = Vec::new();
        for captures in regex.captures_iter(text.as_bytes()) {
            let Some(whole) = captures.get(0) else { continue };
            let group = match self.group {
                0 => {
                    (1..captures.len()).find_map(|group| captures.get(group).filter(|part| !part.is_empty()))
                }
                group => captures.get(group),
            };
            let secret = group.unwrap_or(whole).range();
            // Bytes may be cut where text may not.
            let Some(said) = text.get(secret.clone()) else { continue };
            if !said.is_empty() && (self.entropy <= 0.0 || entropy(said) > self.entropy) {
                found.push((whole.range(), secret));
            }
        }
        found
    }
}

/// Shannon's entropy of a text, in bits a byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = text.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    -counts.iter().filter(|count| **count > 0).map(share).map(|share| share * share.log2()).sum::<f64>()
}

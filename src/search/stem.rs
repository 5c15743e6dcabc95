//! Which forms of words belong together, by the Snowball stemmers (<https://snowballstem.org>).

use std::collections::BTreeMap;

use rust_stemmers::{Algorithm, Stemmer};
use serde::{Deserialize, Serialize};

/// The languages that have a stemmer, by the main part of their BCP 47 tag.
const STEMMERS: [(&str, Algorithm); 19] = [
    ("ar", Algorithm::Arabic),
    ("da", Algorithm::Danish),
    ("nl", Algorithm::Dutch),
    ("en", Algorithm::English),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    ("hu", Algorithm::Hungarian),
    ("it", Algorithm::Italian),
    ("no", Algorithm::Norwegian),
    ("nb", Algorithm::Norwegian),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("es", Algorithm::Spanish),
    ("sv", Algorithm::Swedish),
    ("ta", Algorithm::Tamil),
    ("tr", Algorithm::Turkish),
];

/// A set of languages: one bit for each stemmer, and one for all languages without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Languages(u32);

impl Languages {
    /// The one that a BCP 47 tag names.
    pub(super) fn of(tag: &str) -> Self {
        let main = tag.split(['-', '_']).next().unwrap_or_default();
        let known = STEMMERS.iter().position(|(name, _)| main.eq_ignore_ascii_case(name));
        Self(1 << known.unwrap_or(STEMMERS.len()))
    }

    /// Whether all of `others` are in it.
    pub(super) fn holds(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    pub(super) fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn stemmers(self) -> impl Iterator<Item = usize> {
        (0..STEMMERS.len()).filter(move |at| self.0 & (1 << at) != 0)
    }
}

/// The plain words that a page says, by the languages that it says them in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(Vec<(Languages, String)>);

impl Words {
    /// Adds a word: no word holds the end of a line.
    pub(super) fn add(&mut self, word: &str, languages: Languages) {
        match self.0.iter_mut().find(|(known, _)| *known == languages) {
            Some((_, words)) => {
                words.push('\n');
                words.push_str(word);
            }
            None => self.0.push((languages, word.to_owned())),
        }
    }

    /// All words with their languages.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Languages)> {
        self.0.iter().flat_map(|(languages, words)| words.split('\n').map(|word| (word, *languages)))
    }
}

/// The shortest stem, in characters: what is shorter says too little.
const MIN_STEM: usize = 3;

/// The stems of sorted words, each with the words that have it, in order; a word that is its own
/// only form is left out.
pub(super) fn stems(words: &[(Box<str>, Languages)]) -> BTreeMap<String, Vec<String>> {
    let stemmers: Vec<Stemmer> = STEMMERS.iter().map(|(_, algorithm)| Stemmer::create(*algorithm)).collect();
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (word, languages) in words {
        for at in languages.stemmers() {
            let stem = stemmers[at].stem(word);
            if stem.chars().count() < MIN_STEM {
                continue;
            }
            let known = all.entry(stem.into_owned()).or_default();
            if known.last().is_none_or(|last| **last != **word) {
                known.push(word.to_string());
            }
        }
    }
    all.retain(|stem, words| words.len() > 1 || words[0] != *stem);
    all
}

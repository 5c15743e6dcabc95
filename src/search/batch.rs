//! Terms and postings of some pages, in memory: what one worker gathers until it becomes a run.

use super::stem::{Languages, Words};
use super::token::{self, Whole};
use super::vocabulary::Vocabulary;

/// The strongest impact. The words of a passage reach two thirds of it, a word of its page's title
/// adds a third where it is all of the title, and less the more words the title has.
pub(super) const MAX_IMPACT: u8 = 45;
const WORDS_IMPACT: f32 = 30.0;
const TITLE_IMPACT: f32 = 15.0;

/// What the words of a title count by, beside.
const TITLE: f32 = 8.0;

/// BM25's saturation, and how much the length of a passage counts. Lengths are alike by
/// construction, so their mean is a constant.
const K1: f32 = 1.4;
const B: f32 = 0.35;
const MEAN_LENGTH: f32 = 260.0;

/// A part of a name counts less than a name.
const PART: f32 = 0.5;

/// The shortest word that has other forms and can be misspelt, in bytes.
const MIN_WORD: usize = 4;

/// Where one term stands: the page, the passage on it, and how much it says there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting {
    /// The number of the page.
    pub(super) page: u32,
    /// The number of the passage on the page.
    pub(super) passage: u16,
    /// The share of the term in the passage (BM25F without the rarity of the term), from 1 to
    /// [`MAX_IMPACT`].
    pub(super) impact: u8,
}

/// What a text is to the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Words for people, in languages that have forms of words.
    Prose(Languages),
    /// Code.
    Code,
    /// What a program printed: what differs from run to run is left out.
    Printed,
}

/// One term of the open page.
#[derive(Clone, Copy, Debug)]
struct Term {
    /// The languages in which it is a plain word.
    languages: Languages,
    /// The passage that counted it last, and its place among the counts of that.
    passage: u32,
    place: u32,
}

/// What a worker holds. Terms have numbers of their own on the open page: few are looked up among
/// all, and those of the page stay in the nearest cache of the processor.
#[derive(Debug, Default)]
pub(super) struct Batch {
    vocabulary: Vocabulary,
    /// The languages in which each term is a plain word.
    languages: Vec<Languages>,
    /// Postings in the order in which pages came, each with the number of its term.
    postings: Vec<(u32, Posting)>,
    /// The terms of the open page, and where its postings begin.
    local: Vocabulary,
    terms: Vec<Term>,
    start: usize,
    /// The open passage: its number in the batch, the counts of its terms, its length.
    passage: u32,
    counts: Vec<(u32, f32)>,
    length: usize,
    /// What the title adds to the impact of its words, while the first passage is open.
    titles: Vec<(u32, f32)>,
}

/// A term and its postings by page, as a run holds them.
pub(super) struct Line<'a> {
    pub(super) term: &'a str,
    pub(super) languages: Languages,
    pub(super) postings: &'a [Posting],
}

impl Batch {
    /// How much memory it takes, in bytes, about.
    pub(super) fn size(&self) -> usize {
        self.languages.len() * 80 + self.postings.len() * size_of::<(u32, Posting)>()
    }

    /// Counts what a text says into the open passage.
    pub(super) fn say(&mut self, text: &str, weight: f32, said: Said) {
        token::terms(text, &mut |term, whole| self.take(term, whole, weight, said).is_some());
    }

    /// Counts what a line says that people paste: beside its words every two neighbours, since what
    /// tells an error from others is seldom one word. Words that hold digits differ from run to
    /// run and are passed over.
    pub(super) fn say_notable(&mut self, text: &str, weight: f32, said: Said) {
        let mut before = None;
        token::terms(text, &mut |term, whole| {
            let number = self.take(term, whole, weight, said);
            if number.is_some() && whole == Whole::Yes && token::is_steady(term) {
                if let (Some(before), Some(number)) = (before, number) {
                    let pair = self.local.pair(before, number);
                    self.know(pair);
                    self.count(pair, weight);
                }
                before = number;
            }
            number.is_some()
        });
    }

    /// Counts what the title of a page says into its first passage.
    pub(super) fn entitle(&mut self, title: &str, said: Said) {
        let mut words = Vec::new();
        token::terms(title, &mut |term, whole| {
            words.extend(self.take(term, whole, TITLE, said).filter(|_| whole == Whole::Yes));
            true
        });
        let share = TITLE_IMPACT / (words.len().max(1) as f32).sqrt();
        self.titles.extend(words.into_iter().map(|number| (number, share)));
    }

    /// Counts one term; `None` where it means nothing.
    fn take(&mut self, term: &str, whole: Whole, weight: f32, said: Said) -> Option<u32> {
        if said == Said::Printed && (term.len() < 2 || token::is_volatile(term.as_bytes())) {
            return None;
        }
        let number = self.number(term);
        self.count(number, if whole == Whole::Yes { weight } else { weight * PART });
        if let Said::Prose(languages) = said {
            let known = &mut self.terms[number as usize].languages;
            let is_new = whole == Whole::Yes && term.len() >= MIN_WORD && !known.holds(languages);
            if is_new && term.chars().all(char::is_alphabetic) {
                known.add(languages);
            }
        }
        Some(number)
    }

    fn number(&mut self, term: &str) -> u32 {
        let number = self.local.number(term);
        self.know(number);
        number
    }

    /// Makes room for a term of the open page that may be new.
    fn know(&mut self, number: u32) {
        if number as usize == self.terms.len() {
            self.terms.push(Term { languages: Languages::default(), passage: 0, place: 0 });
        }
    }

    fn count(&mut self, number: u32, weight: f32) {
        self.length += 1;
        let term = &mut self.terms[number as usize];
        // Passages are numbered from 1, and terms begin with 0.
        if term.passage == self.passage + 1 {
            self.counts[term.place as usize].1 += weight;
        } else {
            term.passage = self.passage + 1;
            term.place = self.counts.len() as u32;
            self.counts.push((number, weight));
        }
    }

    /// Ends the open passage, which is this one of a page.
    pub(super) fn close(&mut self, page: u32, passage: u16) {
        let norm = 1.0 - B + B * (self.length as f32 / MEAN_LENGTH).min(2.0);
        let titles = std::mem::take(&mut self.titles);
        self.postings.extend(self.counts.drain(..).map(|(number, count)| {
            let title = titles.iter().find(|(word, _)| *word == number).map_or(0.0, |(_, share)| *share);
            let impact = count / (count + K1 * norm) * WORDS_IMPACT + title;
            let impact = impact.round().clamp(1.0, f32::from(MAX_IMPACT)) as u8;
            (number, Posting { page, passage, impact })
        }));
        self.passage += 1;
        self.length = 0;
    }

    /// Notes that a whole page has a term that no text gives.
    pub(super) fn mark(&mut self, term: &str, page: u32) {
        let number = self.number(term);
        self.postings.push((number, Posting { page, passage: 0, impact: MAX_IMPACT }));
    }

    /// Ends the open page; back come its plain words.
    pub(super) fn end_page(&mut self) -> Words {
        let mut words = Words::default();
        let numbers = self.vocabulary.take(&mut self.local, &mut |term, number| {
            let languages = self.terms[number as usize].languages;
            if !languages.is_empty() {
                words.add(term, languages);
            }
        });
        self.languages.resize(self.vocabulary.len(), Languages::default());
        for (number, term) in numbers.iter().zip(self.terms.drain(..)) {
            self.languages[*number as usize].add(term.languages);
        }
        self.postings[self.start..].iter_mut().for_each(|(number, _)| *number = numbers[*number as usize]);
        self.start = self.postings.len();
        words
    }

    /// Gives all lines in the order of their terms, and is empty then, with room for as many.
    pub(super) fn drain(&mut self, each: &mut dyn FnMut(Line<'_>)) {
        // How many postings each term has, then where those of each term go.
        let mut ends = vec![0_u32; self.languages.len()];
        self.postings.iter().for_each(|(number, _)| ends[*number as usize] += 1);
        let mut end = 0;
        for count in &mut ends {
            end += std::mem::replace(count, end);
        }
        // Workers take pages nearly in order, and stable sorts are quick on sorted runs.
        self.postings.sort_by_key(|(_, posting)| posting.page);
        let mut sorted = vec![Posting { page: 0, passage: 0, impact: 0 }; self.postings.len()];
        for (number, posting) in self.postings.drain(..) {
            let place = &mut ends[number as usize];
            sorted[*place as usize] = posting;
            *place += 1;
        }
        self.vocabulary.drain_sorted(&mut |term, number| {
            let number = number as usize;
            let start = number.checked_sub(1).map_or(0, |before| ends[before] as usize);
            let postings = &sorted[start..ends[number] as usize];
            each(Line { term, languages: self.languages[number], postings });
        });
        self.languages.clear();
        self.start = 0;
    }
}

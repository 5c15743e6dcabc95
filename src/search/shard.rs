//! The stream of terms → the files of the index (`ARCHITECTURE.md`, *The search index*).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_stemmers::{Algorithm, Stemmer};

use super::build::{Collected, FILTER, Posting};
use super::digits;

/// A file of the index: its name below the index's folder, and its text.
pub type Entry = (String, String);

/// How long a file of the dictionary and one of postings is, in characters, about.
const DICTIONARY: usize = 4000;
const POSTINGS: usize = 8000;
/// Postings that take no more characters than this stand in the dictionary.
const INLINE: usize = 40;
/// How many postings the first and the further blocks of a frequent term hold.
const FIRST: usize = 2200;
const FURTHER: usize = 5000;
/// What parts a stem from the words that have it: no term holds it.
const STEM: char = '!';

/// Writes the index.
pub struct Writer<'a> {
    sink: &'a mut dyn FnMut(Entry) -> Result<(), String>,
    /// The number that each page has in the site, by the number it was gathered under.
    numbers: &'a [Option<u32>],
    dictionary: Sorted,
    postings: String,
    files: u32,
    /// How often each plain word occurs.
    words: Vec<(String, u32)>,
}

/// Sorted lines, cut into files; each line says how much it shares with the one before.
struct Sorted {
    kind: char,
    text: String,
    last: String,
    /// The first term of each file.
    firsts: Vec<String>,
}

impl Sorted {
    fn new(kind: char) -> Self {
        Self { kind, text: String::new(), last: String::new(), firsts: Vec::new() }
    }

    /// Adds a line; a file that is full comes back.
    fn add(&mut self, term: &str, rest: &str) -> Option<Entry> {
        let full = (self.text.len() + rest.len() > DICTIONARY && !self.text.is_empty())
            .then(|| self.cut())
            .flatten();
        if self.text.is_empty() {
            // The shortest beginning that sorts behind the file before.
            let end = shared(&self.last, term);
            let end = term[end..].chars().next().map_or(term.len(), |c| end + c.len_utf8());
            self.firsts.push(term[..end].to_owned());
            self.last.clear();
        }
        let most = digits::BASE as usize - 1;
        let kept =
            (0..=shared(&self.last, term).min(most)).rev().find(|at| term.is_char_boundary(*at)).unwrap_or(0);
        digits::put(&mut self.text, u32::try_from(term[..kept].chars().count()).unwrap_or(0));
        self.text.push_str(&term[kept..]);
        self.text.push(' ');
        self.text.push_str(rest);
        self.text.push('\n');
        term.clone_into(&mut self.last);
        full
    }

    fn cut(&mut self) -> Option<Entry> {
        if self.text.is_empty() {
            return None;
        }
        let number = self.firsts.len() - 1;
        Some((format!("{}{number}", self.kind), std::mem::take(&mut self.text)))
    }
}

/// How many bytes two terms share at their beginning.
fn shared(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    (0..=same).rev().find(|at| b.is_char_boundary(*at)).unwrap_or(0)
}

impl<'a> Writer<'a> {
    /// Writes what was collected; the files go to `sink`, and back comes the root's text without
    /// the name of the folder.
    ///
    /// # Errors
    /// What the system or the sink says.
    pub fn write(
        collected: &Collected<'_>,
        numbers: &'a [Option<u32>],
        sink: &'a mut dyn FnMut(Entry) -> Result<(), String>,
    ) -> Result<Root, String> {
        let mut stems = stems(collected);
        let mut writer = Writer {
            sink,
            numbers,
            dictionary: Sorted::new('d'),
            postings: String::new(),
            files: 0,
            words: Vec::new(),
        };
        collected.read(&mut |term, postings| {
            // Stems stand among the terms, in the same order.
            while let Some(first) = stems.first_entry() {
                if first.key().as_str() > term {
                    break;
                }
                let (stem, words) = first.remove_entry();
                writer.stem(&stem, &words)?;
            }
            writer.term(term, postings, collected)
        })?;
        for (stem, words) in std::mem::take(&mut stems) {
            writer.stem(&stem, &words)?;
        }
        writer.finish(collected.passages)
    }

    fn stem(&mut self, stem: &str, words: &[String]) -> Result<(), String> {
        let base = stem.trim_end_matches(STEM);
        let mut rest = String::new();
        for word in words {
            if !rest.is_empty() {
                rest.push(',');
            }
            let shared = shared(base, word);
            digits::put(&mut rest, u32::try_from(base[shared..].chars().count()).unwrap_or(0).min(45));
            rest.push_str(&word[shared..]);
        }
        self.line(stem, &rest)
    }

    fn line(&mut self, term: &str, rest: &str) -> Result<(), String> {
        match self.dictionary.add(term, rest) {
            Some(file) => (self.sink)(file),
            None => Ok(()),
        }
    }

    fn term(
        &mut self,
        term: &str,
        postings: &mut Vec<Posting>,
        collected: &Collected<'_>,
    ) -> Result<(), String> {
        postings.retain_mut(|posting| match self.numbers.get(posting.page as usize).copied().flatten() {
            Some(number) => {
                posting.page = number;
                true
            }
            None => false,
        });
        if postings.is_empty() {
            return Ok(());
        }
        let count = u32::try_from(postings.len()).unwrap_or(u32::MAX / 4);
        if collected.words.values().any(|words| words.contains(term)) {
            self.words.push((term.to_owned(), count));
        }
        let mut rest = String::new();
        digits::put(&mut rest, count);
        if postings.len() <= FIRST || term.starts_with(FILTER) {
            let block = block(postings);
            if block.len() <= INLINE {
                rest.push('!');
                rest.push_str(&block);
            } else {
                let place = self.place(&block)?;
                rest.push_str(&place);
            }
            return self.line(term, &rest);
        }
        // The strongest first: most queries need no more.
        postings.sort_by(|a, b| b.impact.cmp(&a.impact).then(a.cmp(b)));
        let (first, more) = postings.split_at_mut(FIRST);
        for part in std::iter::once(first).chain(more.chunks_mut(FURTHER)) {
            part.sort_unstable();
            let place = self.place(&block(part))?;
            rest.push_str(&place);
        }
        self.line(term, &rest)
    }

    /// Puts a block into a file of postings; back comes where it stands: file, offset, length.
    fn place(&mut self, block: &str) -> Result<String, String> {
        if !self.postings.is_empty() && self.postings.len() + block.len() > POSTINGS {
            self.cut()?;
        }
        let mut place = String::new();
        digits::put(&mut place, self.files + 1);
        digits::put(&mut place, u32::try_from(self.postings.len()).unwrap_or(0));
        digits::put(&mut place, u32::try_from(block.len()).unwrap_or(0));
        self.postings.push_str(block);
        Ok(place)
    }

    fn cut(&mut self) -> Result<(), String> {
        let text = std::mem::take(&mut self.postings);
        (self.sink)((format!("p{}", self.files), text))?;
        self.files += 1;
        Ok(())
    }

    fn finish(mut self, passages: u32) -> Result<Root, String> {
        if let Some(file) = self.dictionary.cut() {
            (self.sink)(file)?;
        }
        if !self.postings.is_empty() {
            self.cut()?;
        }
        let words = std::mem::take(&mut self.words);
        let forward = self.list('w', words.clone())?;
        let mut reversed: Vec<(String, u32)> =
            words.into_iter().map(|(word, count)| (word.chars().rev().collect(), count)).collect();
        reversed.sort();
        let backward = self.list('r', reversed)?;
        Ok(Root {
            passages,
            dictionary: boundaries(&self.dictionary.firsts),
            words: boundaries(&forward),
            reversed: boundaries(&backward),
        })
    }

    /// Writes a list of words with how often they occur, as a power of two.
    fn list(&mut self, kind: char, words: Vec<(String, u32)>) -> Result<Vec<String>, String> {
        let mut sorted = Sorted::new(kind);
        for (word, count) in words {
            let mut rest = String::new();
            digits::put(&mut rest, count.ilog2());
            if let Some(file) = sorted.add(&word, &rest) {
                (self.sink)(file)?;
            }
        }
        if let Some(file) = sorted.cut() {
            (self.sink)(file)?;
        }
        Ok(sorted.firsts)
    }
}

/// What the root of the index says beside its version and its folder.
#[derive(Debug)]
pub struct Root {
    /// How many passages there are.
    pub passages: u32,
    /// Where the files of the dictionary begin, one a line, as short as tells them apart.
    pub dictionary: String,
    /// The same of the list of words.
    pub words: String,
    /// The same of the words read backwards.
    pub reversed: String,
}

/// One a line.
fn boundaries(firsts: &[String]) -> String {
    firsts.join("\n")
}

/// Postings as text: the step from page to page, the passage with a sign whether another of the
/// page follows, the impact.
fn block(postings: &[Posting]) -> String {
    let mut out = String::with_capacity(postings.len() * 4);
    let mut last = 0;
    let mut at = 0;
    while at < postings.len() {
        let page = postings[at].page;
        digits::put(&mut out, page - last);
        last = page;
        let end = postings[at..]
            .iter()
            .position(|posting| posting.page != page)
            .map_or(postings.len(), |end| at + end);
        for (place, posting) in postings[at..end].iter().enumerate() {
            let more = u32::from(at + place + 1 < end);
            digits::put(&mut out, u32::from(posting.passage) * 2 + more);
            digits::put(&mut out, u32::from(posting.impact));
        }
        at = end;
    }
    out
}

/// The stems of the plain words, and the words of each; a word that is its own only form is left
/// out.
fn stems(collected: &Collected<'_>) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (language, words) in &collected.words {
        let Some(algorithm) = algorithm(language) else { continue };
        let stemmer = Stemmer::create(algorithm);
        let words: BTreeSet<&String> = words.iter().collect();
        for word in words {
            let stem = stemmer.stem(word);
            if stem.chars().count() >= 3 {
                let known = all.entry(format!("{stem}{STEM}")).or_default();
                if !known.contains(word) {
                    known.push(word.clone());
                }
            }
        }
    }
    all.retain(|stem, words| words.len() > 1 || words[0] != stem[..stem.len() - STEM.len_utf8()]);
    all.values_mut().for_each(|words| words.sort());
    all
}

/// The stemmer of a language, by its BCP 47 tag.
fn algorithm(language: &str) -> Option<Algorithm> {
    let main = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let known: HashMap<&str, Algorithm> = HashMap::from([
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
    ]);
    known.get(main.as_str()).copied()
}

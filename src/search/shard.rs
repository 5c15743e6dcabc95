//! The stream of terms → the files of the index (`ARCHITECTURE.md`, *The search index*).

use super::batch::{MAX_IMPACT, Posting};
use super::digits;
use super::gather::{Collected, Rewriter};
use super::passage::FILTER;
use super::stem::stems;

/// A file of the index: its name below the index's folder, and its text.
pub type Entry = (String, String);

/// How long a file of the dictionary and one of postings is, in characters, about.
const DICTIONARY: usize = 6000;
const POSTINGS: usize = 14000;
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
    order: Order<'a>,
    rewriter: Option<&'a mut Rewriter>,
    dictionary: Sorted,
    postings: String,
    files: u32,
    /// How often each plain word occurs.
    words: Vec<(String, u32)>,
}

/// What the runs hold and the site knows in its own way.
pub struct Order<'a> {
    /// The number that each page has in the site, by the number it was gathered under; `None` where
    /// that stands for none.
    pub pages: &'a [Option<u32>],
    /// How many passages they have together.
    pub passages: u32,
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
        let kept = term.floor_char_boundary(shared(&self.last, term).min(most));
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
    b.floor_char_boundary(same)
}

impl<'a> Writer<'a> {
    /// Writes what was collected; the files go to `sink`, all postings under the numbers of the site
    /// to the rewriter where there is one, and back comes the root's text without the name of the
    /// folder.
    ///
    /// # Errors
    /// What the system or the sink says.
    pub fn write(
        collected: &Collected,
        (order, rewriter): (Order<'a>, Option<&'a mut Rewriter>),
        sink: &'a mut dyn FnMut(Entry) -> Result<(), String>,
    ) -> Result<Root, String> {
        let mut stems = stems(&collected.words).into_iter().peekable();
        let mut writer = Writer {
            sink,
            order,
            rewriter,
            dictionary: Sorted::new('d'),
            postings: String::new(),
            files: 0,
            words: Vec::new(),
        };
        let mut plain = collected.words.iter().map(|(word, _)| &**word).peekable();
        collected.read(&mut |term, postings| {
            // Stems stand among the terms, in the same order.
            while let Some((stem, words)) = stems.next_if(|(stem, _)| stem.as_str() < term) {
                writer.stem(&stem, &words)?;
            }
            while plain.next_if(|word| *word < term).is_some() {}
            writer.term(term, postings, plain.peek() == Some(&term))
        })?;
        for (stem, words) in stems {
            writer.stem(&stem, &words)?;
        }
        writer.finish()
    }

    fn stem(&mut self, stem: &str, words: &[String]) -> Result<(), String> {
        let mut rest = String::new();
        for word in words {
            if !rest.is_empty() {
                rest.push(',');
            }
            let shared = shared(stem, word);
            digits::put(&mut rest, u32::try_from(stem[shared..].chars().count()).unwrap_or(0).min(45));
            rest.push_str(&word[shared..]);
        }
        self.line(&format!("{stem}{STEM}"), &rest)
    }

    fn line(&mut self, term: &str, rest: &str) -> Result<(), String> {
        match self.dictionary.add(term, rest) {
            Some(file) => (self.sink)(file),
            None => Ok(()),
        }
    }

    fn term(&mut self, term: &str, postings: &mut Vec<Posting>, is_word: bool) -> Result<(), String> {
        postings.retain_mut(|posting| match self.order.pages.get(posting.page as usize).copied().flatten() {
            Some(number) => {
                posting.page = number;
                true
            }
            None => false,
        });
        if postings.is_empty() {
            return Ok(());
        }
        // What was gathered at another time has numbers in another order.
        if !postings.is_sorted() {
            postings.sort();
        }
        if let Some(rewriter) = &mut self.rewriter {
            rewriter.add(term, postings)?;
        }
        let count = u32::try_from(postings.len()).unwrap_or(u32::MAX / 4);
        if is_word {
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
        for part in by_impact(postings) {
            let place = self.place(&block(&part))?;
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

    fn finish(mut self) -> Result<Root, String> {
        if let Some(file) = self.dictionary.cut() {
            (self.sink)(file)?;
        }
        if !self.postings.is_empty() {
            self.cut()?;
        }
        let words = std::mem::take(&mut self.words);
        let forward = self.list('w', &words)?;
        let mut reversed: Vec<(String, u32)> =
            words.into_iter().map(|(word, count)| (word.chars().rev().collect(), count)).collect();
        reversed.sort();
        let backward = self.list('r', &reversed)?;
        Ok(Root {
            passages: self.order.passages,
            dictionary: self.dictionary.firsts.join("\n"),
            words: forward.join("\n"),
            reversed: backward.join("\n"),
        })
    }

    /// Writes a list of words with how often they occur, as a power of two.
    fn list(&mut self, kind: char, words: &[(String, u32)]) -> Result<Vec<String>, String> {
        let mut sorted = Sorted::new(kind);
        for (word, count) in words {
            let mut rest = String::new();
            digits::put(&mut rest, count.ilog2());
            if let Some(file) = sorted.add(word, &rest) {
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

/// Postings by strength, the strongest first, since most queries need no more; within each block
/// they keep their order.
fn by_impact(postings: &[Posting]) -> Vec<Vec<Posting>> {
    let mut ranks = [0_usize; MAX_IMPACT as usize + 1];
    postings.iter().for_each(|posting| ranks[usize::from(posting.impact.min(MAX_IMPACT))] += 1);
    let mut rank = 0;
    for count in ranks.iter_mut().rev() {
        rank += std::mem::replace(count, rank);
    }
    let blocks = 1 + (postings.len().saturating_sub(FIRST)).div_ceil(FURTHER);
    let mut all = vec![Vec::new(); blocks];
    for posting in postings {
        let rank = &mut ranks[usize::from(posting.impact.min(MAX_IMPACT))];
        all[if *rank < FIRST { 0 } else { 1 + (*rank - FIRST) / FURTHER }].push(*posting);
        *rank += 1;
    }
    all
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

//! What looks like a secret and is none.

use std::ops::Range;

use super::kind::{Kind, Pattern};

/// A list of what is no secret.
#[derive(Debug, Default)]
pub(super) struct Allow {
    /// Whether everything that it names has to hold, not any.
    pub(super) all: bool,
    /// What `patterns` are held against.
    pub(super) target: Target,
    pub(super) patterns: Vec<Pattern>,
    pub(super) paths: Vec<Pattern>,
    /// Words that no secret holds, in lower case.
    pub(super) stopwords: Vec<String>,
    /// The kinds that it is for; all where it is empty.
    pub(super) kinds: Vec<String>,
    /// Whether it names commits of git, which mean nothing for files: it holds for none.
    pub(super) has_commits: bool,
    /// Whether it comes from a file of rules that is not ours.
    pub(super) is_foreign: bool,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Target {
    /// The secret itself.
    #[default]
    Secret,
    /// What the rule matched.
    Match,
    /// The lines that it stands in.
    Line,
}

/// What was found and has to be judged.
pub(super) struct Judged<'a> {
    pub(super) text: &'a str,
    pub(super) whole: Range<usize>,
    pub(super) secret: Range<usize>,
    pub(super) path: &'a str,
}

impl Judged<'_> {
    fn secret(&self) -> &str {
        self.text.get(self.secret.clone()).unwrap_or_default()
    }

    /// The lines that something stands in, and the one above; of long lines what is near.
    fn lines(&self, of: &Range<usize>) -> (&str, &str) {
        let bound = |mut at: usize| {
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let from = bound(of.start.saturating_sub(NEAR));
        let near = &self.text[from..bound((of.end + NEAR).min(self.text.len()))];
        let (start, end) = (of.start - from, of.end - from);
        let begin = |at: usize| near.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let first = begin(start);
        let last = near.get(end..).and_then(|rest| rest.find('\n')).map_or(near.len(), |at| end + at);
        let above = if first == 0 { 0..0 } else { begin(first - 1)..first - 1 };
        (near.get(first..last).unwrap_or_default(), near.get(above).unwrap_or_default())
    }
}

/// How far from a secret a comment may stand, in bytes.
const NEAR: usize = 500;

impl Allow {
    /// Whether it speaks of a kind. A list of paths for another scanner says that nobody wants to
    /// hear of them, not that what stands there may be published.
    pub(super) fn is_for(&self, kind: &Kind) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind.id))
            && !(self.is_foreign && kind.redacts && !self.paths.is_empty())
    }

    /// Whether it allows all at a path.
    pub(super) fn allows_path(&self, path: &str) -> bool {
        !self.all && self.paths.iter().any(|pattern| pattern.is_match(path))
    }

    pub(super) fn allows(&self, judged: &Judged<'_>) -> bool {
        let target = match self.target {
            Target::Secret => judged.secret(),
            Target::Match => judged.text.get(judged.whole.clone()).unwrap_or_default(),
            Target::Line => judged.lines(&judged.whole).0,
        };
        // A word in the comment of a key says nothing of the key.
        let secret = judged.secret();
        let secret = if secret.contains('\n') { String::new() } else { secret.to_ascii_lowercase() };
        let holds = [
            (self.patterns.is_empty(), self.patterns.iter().any(|pattern| pattern.is_match(target))),
            (self.paths.is_empty(), self.paths.iter().any(|pattern| pattern.is_match(judged.path))),
            (!self.has_commits, false),
            (self.stopwords.is_empty(), self.stopwords.iter().any(|word| secret.contains(word.as_str()))),
        ];
        let mut asked = holds.iter().filter(|(is_empty, _)| !is_empty).map(|(_, holds)| *holds).peekable();
        if asked.peek().is_none() {
            return false;
        }
        if self.all { asked.all(|holds| holds) } else { asked.any(|holds| holds) }
    }
}

/// Whether somebody wrote beside it that it is none: `gitleaks:allow` in its line, or
/// `bindery:allow` with its kind in its line or the one above.
pub(super) fn is_allowed_inline(judged: &Judged<'_>, kind: &str) -> bool {
    let (line, above) = judged.lines(&judged.secret);
    line.contains("gitleaks:allow")
        || [line, above].into_iter().flat_map(allowed_in).any(|word| word == kind || word == "secret")
}

/// What the words `bindery:allow …` of a line allow: ids of rules or kinds of secrets, up to the
/// end of the line or of its comment.
pub fn allowed_in(line: &str) -> impl Iterator<Item = &str> {
    const WORD: &str = "bindery:allow";
    line.match_indices(WORD).flat_map(|(at, _)| {
        let is_id = |word: &&str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let words = line[at + WORD.len()..].split([' ', ',', '\t']).filter(|word| !word.is_empty());
        words.map(|word| word.trim_end_matches(['"', '\'', '*', '/', '\\'])).take_while(is_id)
    })
}

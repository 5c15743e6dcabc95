//! Text → terms, for the index and for queries alike. `themes/default/static/search.js` holds the
//! same specification in its own words; `tests/tokens.json` holds both to it.
//!
//! A *chunk* is a run of word characters with single joiners (`- . / : @ + \`) between them. Of a
//! chunk the whole is a term, so is each piece between strong joiners (`/ : @ \`), each name of a
//! piece between `.` and `+`, each part of a name between `-` and `_`, and each word of camel case
//! in a part. Scripts that put no spaces between words (Chinese, Japanese, Korean, Thai) give pairs
//! of characters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How a term stands in its chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// It is all of the chunk, or a piece of it that stands for itself.
    Yes,
    /// It is a part of a longer name.
    Part,
}

/// The longest term, in bytes: what is longer is data, and nobody types it.
pub const MAX_TERM: usize = 64;

/// Takes a term, and says of a whole one whether its parts are wanted too.
pub type Emit<'a> = dyn FnMut(&str, Whole) -> bool + 'a;

/// Calls `emit` with each term of a text, in order.
pub fn terms(text: &str, emit: &mut Emit<'_>) {
    let bytes = text.as_bytes();
    let mut folded = String::new();
    let mut at = 0;
    // Where the dashes before a chunk begin.
    let mut before = 0;
    while at < bytes.len() {
        let class = CLASSES[usize::from(bytes[at])];
        let c = match class {
            NOT_ASCII => text[at..].chars().next().unwrap_or(' '),
            _ => char::from(bytes[at]),
        };
        if class & WORD != 0 || (class == NOT_ASCII && is_word(c)) {
            let (end, look) = chunk_end(text, at);
            let chunk = &text[at..end];
            // Most chunks are one plain word.
            if look & (UPPER | SIGN | NOT_ASCII) == 0 && before == at {
                if chunk.len() <= MAX_TERM {
                    emit(chunk, Whole::Yes);
                }
            } else {
                Chunk { text: chunk, folded: &mut folded, emit }.terms(at - before);
            }
            at = end;
            before = end;
        } else if class == NOT_ASCII && is_dense(c) {
            let end = text[at..].find(|c| !is_dense(c)).map_or(text.len(), |end| at + end);
            pairs(&text[at..end], emit);
            at = end;
            before = end;
        } else {
            at += c.len_utf8();
            if c != '-' {
                before = at;
            }
        }
    }
}

/// What bytes are to chunks.
const WORD: u8 = 1;
const UPPER: u8 = 2;
const JOINER: u8 = 4;
/// What parts a chunk into several terms.
const SIGN: u8 = 8;
const NOT_ASCII: u8 = 16;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'A'..=b'Z' => WORD | UPPER,
            b'a'..=b'z' | b'0'..=b'9' => WORD,
            b'_' => WORD | SIGN,
            b'-' | b'.' | b'/' | b':' | b'@' | b'+' | b'\\' => JOINER | SIGN,
            128..=255 => NOT_ASCII,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Where the chunk ends that begins at `start`, and the classes of all its bytes.
fn chunk_end(text: &str, start: usize) -> (usize, u8) {
    let bytes = text.as_bytes();
    let mut look = 0;
    let mut at = start;
    while at < bytes.len() {
        let class = CLASSES[usize::from(bytes[at])];
        let step = match class {
            NOT_ASCII => match text[at..].chars().next() {
                Some(c) if is_word(c) => c.len_utf8(),
                _ => break,
            },
            _ if class & WORD != 0 => 1,
            _ if class & JOINER != 0 && text[at + 1..].chars().next().is_some_and(is_word) => 1,
            _ => break,
        };
        look |= class;
        at += step;
    }
    (at, look)
}

/// Characters of scripts without spaces between words.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
        && (c.is_alphanumeric() || is_combining_mark(c))
}

/// Characters of words; those beyond the basic plane are none, so that all orders agree.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c == '_'
        || (!c.is_ascii() && c <= '\u{ffff}' && !is_dense(c) && (c.is_alphanumeric() || is_combining_mark(c)))
}

/// Lower case, without accents.
pub fn fold(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let mut folded = String::with_capacity(text.len());
        fold_into(text, &mut folded);
        return folded.into();
    }
    text.into()
}

fn fold_into(text: &str, folded: &mut String) {
    folded.clear();
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
    } else {
        let lower = text.chars().flat_map(char::to_lowercase);
        folded.extend(lower.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')));
    }
}

fn pairs(run: &str, emit: &mut Emit<'_>) {
    let mut starts = run.char_indices().map(|(at, _)| at).skip(1);
    let Some(mut middle) = starts.next() else {
        emit(run, Whole::Yes);
        return;
    };
    let mut start = 0;
    for end in starts.chain([run.len()]) {
        emit(&run[start..end], Whole::Yes);
        (start, middle) = (middle, end);
    }
}

/// Joiners behind which something else begins, those between names, those that hold a name together.
const STRONG: [char; 4] = ['/', ':', '@', '\\'];
const MIDDLE: [char; 2] = ['.', '+'];
const WEAK: [char; 2] = ['-', '_'];

/// A chunk being taken apart.
struct Chunk<'a, 'b> {
    text: &'a str,
    /// Room for lower case.
    folded: &'a mut String,
    emit: &'a mut Emit<'b>,
}

impl Chunk<'_, '_> {
    /// All terms; so many dashes stand before the chunk.
    fn terms(&mut self, dashes: usize) {
        let text = self.text;
        // A flag is one term with its dashes.
        if dashes == 1 || dashes == 2 {
            let whole = fold(text);
            let name = whole.split(STRONG).next().unwrap_or_default();
            self.emit(&format!("{}{name}", &"--"[..dashes]), Whole::Yes);
        }
        self.say(text, Whole::Yes);
        let is_plain = |byte: u8| CLASSES[usize::from(byte)] & (SIGN | UPPER) == 0;
        if text.bytes().skip(1).all(is_plain) && !text.starts_with('_') {
            return;
        }
        let is_joined = text.contains(STRONG);
        for piece in text.split(STRONG) {
            if is_joined {
                self.say(piece, Whole::Part);
            }
            let is_dotted = piece.contains(MIDDLE);
            for name in piece.split(MIDDLE) {
                if is_dotted {
                    self.say(name, Whole::Part);
                }
                let has_parts = name.contains(WEAK);
                for part in name.split(WEAK).filter(|part| !part.is_empty()) {
                    if has_parts {
                        self.say(part, Whole::Part);
                    }
                    let mut start = 0;
                    for end in humps(part) {
                        self.say(&part[start..end], Whole::Part);
                        start = end;
                    }
                    if start > 0 {
                        self.say(&part[start..], Whole::Part);
                    }
                }
            }
        }
    }

    /// Emits what a stretch of the chunk says.
    fn say(&mut self, text: &str, whole: Whole) -> bool {
        let is_plain = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_plain {
            return self.emit(text, whole);
        }
        let mut folded = std::mem::take(self.folded);
        fold_into(text, &mut folded);
        let go_on = self.emit(&folded, whole);
        *self.folded = folded;
        go_on
    }

    fn emit(&mut self, term: &str, whole: Whole) -> bool {
        term.is_empty() || term.len() > MAX_TERM || (self.emit)(term, whole)
    }
}

/// Where words of camel case begin, but for the first: `HTTPServerError` at 4 and 10.
fn humps(part: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = part.as_bytes();
    (1..bytes.len()).filter(move |at| {
        let (before, here) = (bytes[at - 1], bytes[*at]);
        here.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase)))
    })
}

/// Whether a whole term may be one of two that stand for a line: it is no flag, and no digit in it
/// differs from run to run.
pub fn is_steady(term: &str) -> bool {
    term.len() > 1 && !term.starts_with('-') && !term.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a term differs from run to run: moments, durations, ids, counts. Outputs are not
/// searched by such, nor are queries as long as a line.
pub fn is_volatile(bytes: &[u8]) -> bool {
    if !bytes.first().is_some_and(u8::is_ascii_hexdigit) {
        return false;
    }
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == bytes.len() {
        return digits <= 2 || digits >= 6;
    }
    let hex = bytes.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let dashes = bytes.iter().filter(|b| **b == b'-').count();
    let mixed = bytes.iter().any(u8::is_ascii_digit) && bytes.iter().any(u8::is_ascii_lowercase);
    if mixed && hex >= 7 && hex + dashes == bytes.len() {
        return true;
    }
    if digits == 0 {
        return false;
    }
    let rest = &bytes[digits..];
    let is_moment = |sign: u8| {
        digits <= 4 && rest.len() > 2 && rest[0] == sign && rest[1..3].iter().all(u8::is_ascii_digit)
    };
    if is_moment(b':') || (digits == 4 && is_moment(b'-')) {
        return true;
    }
    // A number with a fraction, or with a unit.
    let fraction = rest.strip_prefix(b".").unwrap_or(rest);
    let unit = &fraction[fraction.iter().take_while(|b| b.is_ascii_digit()).count()..];
    matches!(
        unit,
        b"" | b"ms"
            | b"s"
            | b"us"
            | b"ns"
            | b"m"
            | b"h"
            | b"d"
            | b"b"
            | b"kb"
            | b"mb"
            | b"gb"
            | b"tb"
            | b"kib"
            | b"mib"
            | b"gib"
            | b"k"
            | b"x"
            | b"z"
            | b"t"
    )
}

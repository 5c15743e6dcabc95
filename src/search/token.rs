//! Text → terms, for the index and for queries alike. `themes/default/static/search.js` holds the
//! same specification in its own words; `tests/tokens.json` holds both to it.
//!
//! A *chunk* is a run of word characters with single joiners (`- . / : @ + \`) between them. Of a
//! chunk the whole is a term, so is each piece between strong joiners (`/ : @ \`), each part of a
//! piece between weak ones (`- . + _`), and each word of camel case in a part. Scripts that put no
//! spaces between words (Chinese, Japanese, Korean, Thai) give pairs of characters.

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

/// Calls `emit` with each term of a text, in order.
pub fn terms(text: &str, emit: &mut dyn FnMut(&str, Whole)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Where what stands before a chunk begins: behind the last space, term or sign.
    let mut before = 0;
    while at < bytes.len() {
        let c = match bytes[at] {
            byte if byte.is_ascii() => char::from(byte),
            _ => text[at..].chars().next().unwrap_or(' '),
        };
        if is_word(c) {
            let end = at + chunk_end(&text[at..]);
            chunk(&text[at..end], &text[before..at], emit);
            at = end;
            before = end;
        } else if is_dense(c) {
            let end = text[at..].find(|c| !is_dense(c)).map_or(text.len(), |end| at + end);
            pairs(&text[at..end], emit);
            at = end;
            before = end;
        } else {
            if c != '-' {
                before = at + c.len_utf8();
            }
            at += c.len_utf8();
        }
    }
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

fn is_joiner(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | ':' | '@' | '+' | '\\')
}

fn chunk_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            at += 1;
        } else if byte.is_ascii() {
            let joins = is_joiner(char::from(byte)) && text[at + 1..].chars().next().is_some_and(is_word);
            if !joins {
                break;
            }
            at += 1;
        } else {
            match text[at..].chars().next() {
                Some(c) if is_word(c) => at += c.len_utf8(),
                _ => break,
            }
        }
    }
    at
}

/// Lower case, without accents.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => text.to_ascii_lowercase().into(),
            false => text.into(),
        };
    }
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).collect::<String>().into()
}

fn pairs(run: &str, emit: &mut dyn FnMut(&str, Whole)) {
    let chars: Vec<char> = run.chars().collect();
    if chars.len() == 1 {
        return emit(run, Whole::Yes);
    }
    for pair in chars.windows(2) {
        emit(&pair.iter().collect::<String>(), Whole::Yes);
    }
}

/// The terms of one chunk; `before` is what stands before it, from the last space on.
fn chunk(text: &str, before: &str, emit: &mut dyn FnMut(&str, Whole)) {
    let whole = fold(text);
    let mut say = |term: &str, kind: Whole| {
        if !term.is_empty() && term.len() <= MAX_TERM {
            emit(term, kind);
        }
    };
    // A flag is one term with its dashes.
    let dashes = before.len() - before.trim_end_matches('-').len();
    if dashes == 2 || (dashes == 1 && text.len() <= 2 && before.len() <= 2) {
        let name = whole.split([':', '/', '@', '\\']).next().unwrap_or_default();
        say(&format!("{}{name}", &"--"[..dashes]), Whole::Yes);
    }
    say(&whole, Whole::Yes);
    // Most chunks are one plain word.
    let is_sign = |b: u8| matches!(b, b'-' | b'.' | b'/' | b':' | b'@' | b'+' | b'\\' | b'_');
    if !text.bytes().any(is_sign) && !text.bytes().skip(1).any(|b| b.is_ascii_uppercase()) {
        return;
    }
    let strong: Vec<&str> = text.split(['/', ':', '@', '\\']).collect();
    for piece in &strong {
        if strong.len() > 1 {
            say(&fold(piece), Whole::Part);
        }
        let weak: Vec<&str> = piece.split(['-', '.', '+', '_']).filter(|part| !part.is_empty()).collect();
        for part in &weak {
            if weak.len() > 1 || part.len() < piece.len() {
                say(&fold(part), Whole::Part);
            }
            let words = camel(part);
            if words.len() > 1 {
                words.iter().for_each(|word| say(&fold(word), Whole::Part));
            }
        }
    }
}

/// `HTTPServerError` → `HTTP`, `Server`, `Error`.
fn camel(part: &str) -> Vec<&str> {
    let bytes = part.as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        let (before, here) = (bytes[at - 1], bytes[at]);
        let next_is_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let begins = here.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && next_is_lower));
        if begins {
            words.push(&part[start..at]);
            start = at;
        }
    }
    words.push(&part[start..]);
    words
}

/// Whether a term differs from run to run: moments, durations, ids, counts. Outputs are not
/// searched by such, and queries only where nothing else is in them.
pub fn is_volatile(term: &str) -> bool {
    let bytes = term.as_bytes();
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
    let rest = &term[digits..];
    let is_moment = |sign: u8| {
        digits <= 4
            && rest.len() > 2
            && rest.as_bytes()[0] == sign
            && rest.as_bytes()[1..3].iter().all(u8::is_ascii_digit)
    };
    if is_moment(b':') || (digits == 4 && is_moment(b'-')) {
        return true;
    }
    // A number with a fraction, or with a unit.
    let fraction = rest.strip_prefix('.').unwrap_or(rest);
    let unit = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    matches!(
        unit,
        "" | "ms"
            | "s"
            | "us"
            | "ns"
            | "m"
            | "h"
            | "d"
            | "b"
            | "kb"
            | "mb"
            | "gb"
            | "tb"
            | "kib"
            | "mib"
            | "gib"
            | "k"
            | "x"
            | "z"
            | "t"
    )
}

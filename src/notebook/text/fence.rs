//! Lines that open and close blocks: fences of code, and containers of colons.

use crate::notebook::marks::{self, Place};

/// A line that opens a fenced block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence<'a> {
    /// What it is drawn with: a backtick, a tilde or a colon.
    pub mark: char,
    length: usize,
    /// What stands behind the mark; for a container without the colons that may end its line.
    pub info: &'a str,
}

impl<'a> Fence<'a> {
    /// Reads a line, whose indentation does not count, as the opening of a block. Behind backticks
    /// there is none (it is code in a line), and colons open only what has a name.
    pub fn of(line: &'a str) -> Option<Self> {
        let text = line.trim();
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~' | ':'))?;
        let length = text.chars().take_while(|c| *c == mark).count();
        if length < 3 {
            return None;
        }
        let info = text[length..].trim();
        match mark {
            '`' if info.contains('`') => None,
            ':' => {
                let info = info.trim_end_matches(':').trim_end();
                is_container(info).then_some(Self { mark, length, info })
            }
            _ => Some(Self { mark, length, info }),
        }
    }

    /// Reads a line behind what may stand before a block: quotes, marks of lists, indentation. Back
    /// come those and the fence.
    pub fn within(line: &'a str) -> Option<(&'a str, Self)> {
        let (before, rest) = split_prefix(line);
        Self::of(rest).map(|fence| (before, fence))
    }

    /// How many marks draw it.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether a line closes the block; what is indented by more than three columns is in it.
    pub fn is_closed_by(&self, line: &str) -> bool {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        let text = text.trim_end();
        indent <= 3 && text.len() >= self.length && text.chars().all(|c| c == self.mark)
    }

    /// How many of the lines behind the opening one stand inside: all of them where none closes.
    pub fn inside(&self, lines: &[&str]) -> usize {
        lines.iter().position(|line| self.is_closed_by(line)).unwrap_or(lines.len())
    }
}

/// Parts a line into quotes, marks of lists and indentation, and what stands behind them.
pub fn split_prefix(line: &str) -> (&str, &str) {
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '>']);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let behind = match digits {
            0 => rest.strip_prefix(['-', '*', '+']),
            1..=9 => rest[digits..].strip_prefix(['.', ')']),
            _ => None,
        };
        match behind.filter(|behind| behind.starts_with([' ', '\t'])) {
            Some(behind) => rest = behind,
            None => return (&line[..line.len() - rest.len()], rest),
        }
    }
}

/// Whether a line is the end of a container.
pub fn closes_container(line: &str) -> bool {
    let text = line.trim();
    text.len() >= 3 && text.bytes().all(|byte| byte == b':')
}

/// Whether the words behind colons name a container: `{…}`, one word, a word with a title in
/// brackets or with attributes, or a directive's name with its title.
fn is_container(info: &str) -> bool {
    if let Some(inner) = info.strip_prefix('{') {
        return inner.contains('}');
    }
    let end = info.find(['[', ' ', '{', '\t']).unwrap_or(info.len());
    let (name, rest) = (&info[..end], info[end..].trim_start());
    let sound = name.starts_with(|c: char| c.is_alphanumeric())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    sound
        && (rest.is_empty()
            || rest.starts_with(['[', '{'])
            || marks::find(Place::Directive, &name.to_lowercase()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_a_line_opens_nothing() {
        assert_eq!(Fence::of("```x``` is code"), None);
        assert_eq!(Fence::of("``` x").map(|fence| fence.info), Some("x"));
        assert_eq!(Fence::of("~~~ a`b").map(|fence| fence.info), Some("a`b"));
    }

    #[test]
    fn containers_have_names() {
        for info in ["{note} T", "warning", "warning[T]", "tip A title", "mine", "{.a b=1}", "mine {.a}"] {
            assert_eq!(Fence::of(&format!("::: {info}")).map(|fence| fence.info), Some(info));
        }
        assert_eq!(Fence::of("::::: warning :::::").map(|fence| fence.info), Some("warning"));
        for none in [":::", ":::::", "::: center text ::::", "::: {open", ":::)", "::"] {
            assert_eq!(Fence::of(none), None, "{none}");
        }
    }
}

//! Small parts of Markdown: blocks of code, the languages of fences, bare URLs.

use super::code::{self, LineMarks};
use super::fragment::Fragment;
use crate::notebook::Lang;

/// A block of code, highlighted.
pub(super) fn code_block(text: &str, lang: &Lang) -> Fragment {
    let mut out = Fragment::new();
    out.markup(if lang.is_shell() {
        "<pre class=\"code wrap\" tabindex=\"0\"><code"
    } else {
        "<pre class=\"code\" tabindex=\"0\"><code"
    });
    if !lang.is_none() {
        out.markup(" class=\"language-");
        out.attribute(lang.name());
        out.markup("\"");
    }
    out.markup(">");
    let marks = if lang.is_shell() { LineMarks::Hanging(&[]) } else { LineMarks::None };
    code::highlight(out.raw(), text.trim_end_matches('\n'), lang, marks);
    out.markup("</code></pre>\n");
    out
}

/// The language that a fence names: its first word, without braces and dots.
pub(super) fn fence_lang(info: &str) -> Lang {
    let word = info.split([' ', ',', '\t']).next().unwrap_or_default();
    // A name in braces, or data: no language.
    if word.starts_with("{#") || word.contains(['"', ':']) && word.starts_with('{') {
        return Lang::none();
    }
    Lang::new(word.trim_matches(|c| matches!(c, '{' | '}' | '.' | '=')))
}

/// Where the first bare URL in `text` begins and ends, by the rules of GFM's extended autolinks.
pub(super) fn bare_url(text: &str) -> Option<(usize, usize)> {
    let start = memchr::memmem::find_iter(text.as_bytes(), b"://").find_map(|at| {
        let scheme = ["https", "http"].iter().find(|scheme| text[..at].ends_with(**scheme))?;
        let start = at - scheme.len();
        let before = text[..start].chars().next_back();
        let after = text[at + 3..].chars().next()?;
        (!before.is_some_and(|c| c.is_alphanumeric()) && after.is_alphanumeric()).then_some(start)
    })?;
    let length = text[start..]
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`') || c.is_control())
        .unwrap_or(text.len() - start);
    let mut end = start + length;
    let count = |bracket: char| text[start..end].matches(bracket).count();
    let (mut closing, opening, squares) = (count(')'), count('('), count('['));
    loop {
        let url = &text[start..end];
        let trimmed = match url.chars().next_back() {
            Some('.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~') => 1,
            Some(')') if closing > opening => {
                closing -= 1;
                1
            }
            Some(']') if squares == 0 => 1,
            Some(c) if matches!(c, '、' | '。' | '」' | '）') => c.len_utf8(),
            _ => return (end > start + 8).then_some((start, end)),
        };
        end -= trimmed;
    }
}

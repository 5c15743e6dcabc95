//! Bytes of a file → text.

use std::borrow::Cow;

use crate::diagnostic::{Note, Rule};

/// Decodes UTF-8 with or without a byte order mark, and UTF-16 with one. Windows line ends stay:
/// inside JSON they are white space, and the readers fold them in text.
///
/// Bytes that are no UTF-8 become U+FFFD, which is said in a warning.
pub(super) fn decode<'a>(bytes: &'a [u8], notes: &mut Vec<Note>) -> Cow<'a, str> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> String {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };

    match bytes {
        [0xff, 0xfe, rest @ ..] => {
            notes.push(
                Note::info(Rule::NotebookOdd, "the file is UTF-16, read as such")
                    .help("save it as UTF-8: other tools refuse it"),
            );
            Cow::Owned(utf16(rest, u16::from_le_bytes))
        }
        [0xfe, 0xff, rest @ ..] => {
            notes.push(
                Note::info(Rule::NotebookOdd, "the file is UTF-16, read as such")
                    .help("save it as UTF-8: other tools refuse it"),
            );
            Cow::Owned(utf16(rest, u16::from_be_bytes))
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, notes),
        _ => utf8(bytes, notes),
    }
}

/// The text of a file in UTF-8 or UTF-16, whatever else is wrong with it.
pub fn text_of_any(bytes: &[u8]) -> String {
    decode(bytes, &mut Vec::new()).into_owned()
}

fn utf8<'a>(bytes: &'a [u8], notes: &mut Vec<Note>) -> Cow<'a, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let line = memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() + 1;
            notes.push(
                Note::warning(
                    Rule::NotebookOdd,
                    "the file holds bytes that are no UTF-8; they are shown as \u{fffd}",
                )
                .at_line(u32::try_from(line).unwrap_or(u32::MAX))
                .help("save the file as UTF-8"),
            );
            String::from_utf8_lossy(bytes)
        }
    }
}

/// What a Git LFS pointer file begins with, <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Whether `bytes` are a Git LFS pointer in place of the file itself.
pub fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(LFS)
}

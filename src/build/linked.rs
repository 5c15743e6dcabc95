//! A file of the repo that pages link → what readers get of it.

use std::io;

use crate::config::Reading;
use crate::diagnostic::{Note, Rule};
use crate::notebook::{Around, Format, NoFiles, Notebook, Published, is_lfs_pointer, text_of_any};
use crate::path::SitePath;
use crate::render;
use crate::secret::Secrets;
use crate::site::BINARY;

/// What readers get of a linked file, and what is to be said of it.
pub(crate) struct Shown {
    pub(crate) bytes: Vec<u8>,
    /// The secrets that were taken out of it.
    pub(crate) notes: Vec<Note>,
}

/// What readers get of a linked file: pictures without scripts, notebooks without what is removed,
/// text without secrets, all else as it is.
///
/// # Errors
/// What is to be said where they get nothing.
pub(crate) fn shown(
    file: &SitePath,
    read: io::Result<Vec<u8>>,
    reading: &Reading,
) -> Result<Shown, Box<Note>> {
    let say =
        |message: String, help: &str| Box::new(Note::warning(Rule::LinkUnpublished, message).help(help));
    let bytes =
        read.map_err(|error| say(format!("the linked file cannot be read: {error}"), "look at its rights"))?;
    if is_lfs_pointer(&bytes) {
        return Err(say(
            "a Git LFS pointer stands in place of the linked file".to_owned(),
            "run `git lfs pull`",
        ));
    }
    let bytes = match file.extension().as_str() {
        "svg" => render::clean_svg(&bytes).map_err(|why| {
            say(format!("the linked picture cannot be shown: {why}"), "save it as plain SVG")
        })?,
        "ipynb" => {
            let around = Around { path: file, reading, files: &NoFiles };
            let (notebook, mut notes) = Notebook::read(&bytes, Format::Ipynb, &around);
            notes.retain(|note| note.rule == Rule::Secret);
            let copy = Published::new(notebook).copy(&bytes).map(|copy| copy.into_owned());
            let none = || say("the linked notebook cannot be filtered".to_owned(), "publish it as a page");
            return Ok(Shown { bytes: copy.ok_or_else(none)?, notes });
        }
        _ => bytes,
    };
    Ok(without_secrets(file, bytes, &reading.secrets))
}

/// A text of the repo, and how to write it again.
struct Encoded {
    text: String,
    /// Whether each of its characters is a byte of the file: it is no UTF-8.
    is_bytes: bool,
}

impl Encoded {
    /// Reads UTF-8, UTF-16 with a mark, or bytes of whatever encoding: secrets are ASCII in most.
    fn of(bytes: &[u8]) -> Self {
        match String::from_utf8(bytes.to_vec()) {
            Ok(text) => Self { text, is_bytes: false },
            Err(_) if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) => {
                Self { text: text_of_any(bytes), is_bytes: false }
            }
            Err(_) => Self { text: bytes.iter().map(|byte| char::from(*byte)).collect(), is_bytes: true },
        }
    }

    fn bytes(text: &str, is_bytes: bool) -> Vec<u8> {
        match is_bytes {
            true => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            false => text.as_bytes().to_vec(),
        }
    }
}

/// The secrets in a file that pages link, as they are said. What is no text is not searched.
pub(crate) fn secrets_of(file: &SitePath, bytes: &[u8], secrets: &Secrets) -> Vec<Note> {
    if BINARY.contains(&file.extension().as_str()) {
        return Vec::new();
    }
    let Encoded { text, .. } = Encoded::of(bytes);
    if !secrets.may_hold(&text) {
        return Vec::new();
    }
    let found = secrets.find(&text, file.as_str());
    found.iter().map(|found| found.note("a file that pages link", true).at_line(found.line)).collect()
}

/// A file without the secrets in it.
fn without_secrets(file: &SitePath, bytes: Vec<u8>, secrets: &Secrets) -> Shown {
    let notes = secrets_of(file, &bytes, secrets);
    if notes.is_empty() {
        return Shown { bytes, notes };
    }
    let Encoded { text, is_bytes } = Encoded::of(&bytes);
    let bytes = secrets.redacted(&text, file.as_str()).map_or(bytes, |text| Encoded::bytes(&text, is_bytes));
    Shown { bytes, notes }
}

//! A file of the repo that pages link → what readers get of it.

use std::io;

use crate::config::Reading;
use crate::diagnostic::{Note, Rule};
use crate::notebook::{Around, Format, NoFiles, Notebook, Published, is_lfs_pointer};
use crate::path::SitePath;
use crate::render;
use crate::secret::Secrets;

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

/// A file without the secrets in it. What is no text cannot be searched, and stays as it is.
fn without_secrets(file: &SitePath, bytes: Vec<u8>, secrets: &Secrets) -> Shown {
    let text = match String::from_utf8(bytes) {
        Ok(text) if secrets.may_hold(&text) => text,
        Ok(text) => return Shown { bytes: text.into_bytes(), notes: Vec::new() },
        Err(error) => return Shown { bytes: error.into_bytes(), notes: Vec::new() },
    };
    let found = secrets.find(&text, file.as_str());
    let notes = found.iter().map(|found| found.note("a file that pages link").at_line(found.line)).collect();
    let bytes = secrets.redacted(&text, file.as_str()).unwrap_or(text).into_bytes();
    Shown { bytes, notes }
}

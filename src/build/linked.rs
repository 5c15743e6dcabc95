//! A file of the repo that pages link → what readers get of it.

use std::io;

use crate::config::Reading;
use crate::diagnostic::{Note, Rule};
use crate::notebook::{Around, Format, NoFiles, Notebook, Published, is_lfs_pointer};
use crate::path::SitePath;
use crate::render;

/// What readers get of a linked file: pictures without scripts, notebooks without what is removed,
/// all else as it is.
///
/// # Errors
/// What is to be said where they get nothing.
pub(crate) fn shown(
    file: &SitePath,
    read: io::Result<Vec<u8>>,
    reading: &Reading,
) -> Result<Vec<u8>, Box<Note>> {
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
    match file.extension().as_str() {
        "svg" => render::clean_svg(&bytes)
            .map_err(|why| say(format!("the linked picture cannot be shown: {why}"), "save it as plain SVG")),
        "ipynb" => {
            let around = Around { path: file, reading, files: &NoFiles };
            let (notebook, _) = Notebook::read(&bytes, Format::Ipynb, &around);
            let copy = Published::new(notebook).copy(&bytes).map(|copy| copy.into_owned());
            copy.ok_or_else(|| {
                say("the linked notebook cannot be filtered".to_owned(), "publish it as a page")
            })
        }
        _ => Ok(bytes),
    }
}

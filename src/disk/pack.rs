//! Bodies between rendering and producing: one file a page, so that memory does not grow with the
//! text of the site.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::render::Fragment;
use crate::site::{Bodies, PageId};

/// Bodies in a temporary folder, which goes when this value does.
#[derive(Debug)]
pub struct Packs {
    folder: PathBuf,
}

impl Packs {
    /// Packs in a new folder, which must be on a disk of its own user: nothing in it is checked.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// Puts the body of a page away.
    ///
    /// # Errors
    /// What the system says.
    pub fn put(&self, page: PageId, body: &Fragment) -> io::Result<()> {
        let bytes = postcard::to_stdvec(body).map_err(io::Error::other)?;
        fs::write(self.file(page), bytes)
    }

    fn file(&self, page: PageId) -> PathBuf {
        self.folder.join(page.to_string())
    }
}

impl Bodies for Packs {
    fn body(&self, page: PageId) -> Result<Fragment, String> {
        let file = self.file(page);
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        postcard::from_bytes(&bytes).map_err(|error| format!("{}: {error}", file.display()))
    }
}

impl Drop for Packs {
    fn drop(&mut self) {
        // What cannot be removed now lies in the stage, which the next build clears.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

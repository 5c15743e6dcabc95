//! A place for what goes when the program does.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::fs;
use std::io;
use std::path::PathBuf;

/// A folder of our own for a file that goes with the program.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// A new folder in the system's place for such, which nobody else has made or may read.
    ///
    /// # Errors
    /// What the system says.
    pub fn new() -> io::Result<Self> {
        let mut number = 0;
        loop {
            let folder = std::env::temp_dir().join(format!("bindery-{}-{number}", std::process::id()));
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            match builder.create(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
                Err(error) => return Err(error),
                Ok(()) => return Ok(Self { folder }),
            }
        }
    }

    /// The place for the file.
    pub fn file(&self) -> PathBuf {
        self.folder.join("packs")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies where the system clears up.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

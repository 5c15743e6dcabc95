//! Bodies between rendering and producing: on the disk, so that memory does not grow with the
//! text of the site. All lie in one file, since making a file costs more than filling it.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::path::SitePath;
use crate::render::Fragment;
use crate::search::Runs;
use crate::site::Bodies;

/// Bodies in a temporary file, which goes when this value does.
#[derive(Debug)]
pub struct Packs {
    path: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    end: u64,
    /// Where each body lies: offset and length.
    places: HashMap<SitePath, (u64, usize)>,
    /// Where the words of each page lie.
    quotes: HashMap<SitePath, (u64, usize)>,
    /// Where the runs of the index lie.
    runs: Vec<(u64, usize)>,
}

impl Packs {
    /// Packs in a new file at `path`.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(path: PathBuf) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        Ok(Self {
            path,
            inner: Mutex::new(Inner {
                file,
                end: 0,
                places: HashMap::new(),
                quotes: HashMap::new(),
                runs: Vec::new(),
            }),
        })
    }

    /// Puts the body of the page of a source away.
    ///
    /// # Errors
    /// What the system says.
    pub fn put(&self, source: &SitePath, body: &Fragment) -> io::Result<()> {
        let bytes = postcard::to_stdvec(body).map_err(io::Error::other)?;
        let place = self.append(&bytes)?;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.places.insert(source.clone(), place);
        Ok(())
    }

    /// Puts the text of a page away that search quotes.
    ///
    /// # Errors
    /// What the system says.
    pub fn put_quotes(&self, source: &SitePath, quotes: &[String]) -> Result<(), String> {
        let say = |error: &dyn std::fmt::Display| format!("the words of `{source}` cannot be kept: {error}");
        let bytes = postcard::to_stdvec(quotes).map_err(|error| say(&error))?;
        let place = self.append(&bytes).map_err(|error| say(&error))?;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.quotes.insert(source.clone(), place);
        Ok(())
    }

    /// The text of a page that search quotes.
    ///
    /// # Errors
    /// What the system says.
    pub fn quotes(&self, source: &SitePath) -> Result<Vec<String>, String> {
        let say = |error: &dyn std::fmt::Display| format!("the words of `{source}` cannot be had: {error}");
        let place = self.inner.lock().unwrap_or_else(PoisonError::into_inner).quotes.get(source).copied();
        let Some((at, length)) = place else { return Ok(Vec::new()) };
        let bytes = self.read_at(at, length).map_err(|error| say(&error))?;
        postcard::from_bytes(&bytes).map_err(|error| say(&error))
    }

    fn append(&self, bytes: &[u8]) -> io::Result<(u64, usize)> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let at = inner.end;
        inner.file.seek(SeekFrom::Start(at))?;
        inner.file.write_all(bytes)?;
        inner.end += bytes.len() as u64;
        Ok((at, bytes.len()))
    }

    fn read_at(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = vec![0; length];
        inner.file.seek(SeekFrom::Start(at))?;
        inner.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn bytes(&self, source: &SitePath) -> io::Result<Vec<u8>> {
        let place = self.inner.lock().unwrap_or_else(PoisonError::into_inner).places.get(source).copied();
        let (at, length) =
            place.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it was never put"))?;
        self.read_at(at, length)
    }
}

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

impl Runs for Packs {
    fn put(&self, run: &[u8]) -> Result<usize, String> {
        let place =
            self.append(run).map_err(|error| format!("a run of the index cannot be kept: {error}"))?;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.runs.push(place);
        Ok(inner.runs.len() - 1)
    }

    fn open(&self, run: usize) -> Result<Box<dyn Read + '_>, String> {
        let place = self.inner.lock().unwrap_or_else(PoisonError::into_inner).runs.get(run).copied();
        let (at, length) = place.ok_or("a run of the index was never kept")?;
        let open = || -> io::Result<Box<dyn Read>> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(at))?;
            Ok(Box::new(file.take(length as u64)))
        };
        open().map_err(|error| format!("a run of the index cannot be read: {error}"))
    }
}

impl Bodies for Packs {
    fn body(&self, source: &SitePath) -> Result<Fragment, String> {
        let say = |error: &dyn std::fmt::Display| {
            format!("a body in `{}` cannot be had: {error}", self.path.display())
        };
        let bytes = self.bytes(source).map_err(|error| say(&error))?;
        postcard::from_bytes(&bytes).map_err(|error| say(&error))
    }
}

impl Drop for Packs {
    fn drop(&mut self) {
        // What cannot be removed now lies in the stage, which the next build clears.
        let _ = fs::remove_file(&self.path);
    }
}

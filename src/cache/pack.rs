//! One file a page: all that reading and rendering its source gave.
//!
//! ```text
//! magic, build, key, the length and the digest of each section, the digest of all this; sections
//! ```
//!
//! The head is read at every run, the others when somebody wants them.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::seal::{self, MAGIC};
use crate::diagnostic::Note;
use crate::digest::Digest;
use crate::path::SitePath;
use crate::render::Fragment;
use crate::search::Words;
use crate::site::PageRecord;

/// What decided what a pack holds: the bytes of the source, its place and format, the
/// configuration of reading, the build of the program. Other files that the page takes in stand in
/// [`Head::needs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(Digest);

impl Key {
    /// A key of its parts.
    pub fn of(parts: &[&[u8]]) -> Self {
        let build = seal::build().bytes();
        let parts: Vec<&[u8]> = std::iter::once(build.as_slice()).chain(parts.iter().copied()).collect();
        Self(Digest::of_parts(&parts))
    }

    /// The digest that it is.
    pub fn digest(self) -> Digest {
        self.0
    }
}

/// What is known of a page without its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// What the rest of the site sees of it; without its last change, which git knows.
    pub record: PageRecord,
    /// What was found.
    pub notes: Vec<Note>,
    /// Other files of the repo that it took in, or whose size it took, with their digests; `None`
    /// where there was no such file.
    pub needs: Vec<(SitePath, Option<Digest>)>,
    /// The files made of its outputs, by their names.
    pub assets: Vec<String>,
    /// What its text gave to the index of search, unless it gives nothing.
    pub found: Option<Findable>,
}

/// What a page gave to the index of search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findable {
    /// How many passages it has.
    pub passages: u32,
    /// Of all that the page gave.
    pub digest: Digest,
}

/// What is put into a pack.
pub struct Pack<'a> {
    /// What is known of the page.
    pub head: &'a Head,
    /// Its text.
    pub body: &'a Fragment,
    /// What results of search quote of it.
    pub quotes: &'a [String],
    /// The plain words that it says.
    pub words: &'a Words,
    /// Its script.
    pub script: &'a str,
}

/// The parts of a pack, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Head,
    Body,
    Quotes,
    Words,
    Script,
}

const SECTIONS: usize = 5;
/// A section's length and digest.
const ENTRY: usize = 8 + Digest::LENGTH;
const TABLE: usize = MAGIC.len() + 2 * Digest::LENGTH;
const SEAL: usize = TABLE + SECTIONS * ENTRY;
const HEADER: usize = SEAL + Digest::LENGTH;
/// How much is read at first: the header, and mostly the head too.
const FIRST: usize = 8 << 10;

/// A pack as it lies on the disk. Cut off, it is a torn one, which is no pack.
pub(super) fn encode(key: Key, pack: &Pack<'_>) -> io::Result<Vec<u8>> {
    let sections = [
        section(pack.head)?,
        section(pack.body)?,
        section(pack.quotes)?,
        section(pack.words)?,
        pack.script.as_bytes().to_vec(),
    ];
    let mut bytes = Vec::with_capacity(HEADER + sections.iter().map(Vec::len).sum::<usize>());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&seal::build().bytes());
    bytes.extend_from_slice(&key.digest().bytes());
    for section in &sections {
        bytes.extend_from_slice(&(section.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&Digest::of(section).bytes());
    }
    let seal = Digest::of(&bytes);
    bytes.extend_from_slice(&seal.bytes());
    sections.iter().for_each(|section| bytes.extend_from_slice(section));
    Ok(bytes)
}

fn section<T: Serialize + ?Sized>(value: &T) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

/// A pack on the disk whose header is sound.
pub(super) struct Opened {
    file: File,
    first: Vec<u8>,
    header: [u8; HEADER],
}

impl Opened {
    /// The pack of a key; `None` where there is none, or another, or one that cannot be trusted.
    pub(super) fn of(path: &Path, key: Key) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let mut first = Vec::with_capacity(FIRST);
        file.by_ref().take(FIRST as u64).read_to_end(&mut first).ok()?;
        let header: [u8; HEADER] = first.get(..HEADER)?.try_into().ok()?;
        let (told, seal) = header.split_at(SEAL);
        let named = [MAGIC.as_slice(), &seal::build().bytes(), &key.digest().bytes()].concat();
        (told.starts_with(&named) && seal == Digest::of(told).bytes()).then_some(Self { file, first, header })
    }

    /// The bytes of a section, which are those that were written.
    pub(super) fn bytes(&mut self, section: Section) -> Option<Vec<u8>> {
        let entry = |number: usize| {
            let entry = &self.header[TABLE + number * ENTRY..TABLE + (number + 1) * ENTRY];
            let (length, digest) = entry.split_at(8);
            Some((u64::from_le_bytes(length.try_into().ok()?), digest))
        };
        let number = section as usize;
        let mut start = HEADER as u64;
        for before in 0..number {
            start = start.checked_add(entry(before)?.0)?;
        }
        let (length, digest) = entry(number)?;
        let (from, to) = (usize::try_from(start).ok()?, usize::try_from(start.checked_add(length)?).ok()?);
        let bytes = match self.first.get(from..to) {
            Some(bytes) => bytes.to_vec(),
            None => {
                self.file.seek(SeekFrom::Start(start)).ok()?;
                let mut bytes = Vec::new();
                self.file.by_ref().take(length).read_to_end(&mut bytes).ok()?;
                bytes
            }
        };
        (bytes.len() as u64 == length && digest == Digest::of(&bytes).bytes()).then_some(bytes)
    }

    /// The value in a section.
    pub(super) fn read<T: DeserializeOwned>(&mut self, section: Section) -> Option<T> {
        postcard::from_bytes(&self.bytes(section)?).ok()
    }
}

//! Files that are taken for what they say only where this very program wrote them, whole.
//!
//! A sealed file begins with [`MAGIC`], the name of the build that wrote it and the digest of all
//! that follows. Anything else is no file at all: torn, of another version, or of another make.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;

/// How every file of the cache begins.
pub(super) const MAGIC: &[u8; 8] = b"bindery\x01";

/// The build of the program (`build.rs`).
pub(super) fn build() -> Digest {
    Digest::of(concat!(env!("CARGO_PKG_VERSION"), " ", env!("BINDERY_BUILD")).as_bytes())
}

/// Reads a value; `None` where it is not there or cannot be trusted.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = fs::read(path).ok()?;
    let rest = bytes.strip_prefix(MAGIC)?.strip_prefix(&build().bytes())?;
    let (seal, rest) = rest.split_at_checked(Digest::LENGTH)?;
    (seal == Digest::of(rest).bytes()).then(|| postcard::from_bytes(rest).ok())?
}

/// Writes a value, over whatever stands there, at once or not at all.
///
/// # Errors
/// What the system says.
pub(super) fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let rest = postcard::to_stdvec(value).map_err(io::Error::other)?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&build().bytes());
    bytes.extend_from_slice(&Digest::of(&rest).bytes());
    bytes.extend_from_slice(&rest);
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, &bytes)?;
    fs::rename(&new, path)
}

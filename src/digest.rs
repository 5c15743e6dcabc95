//! Content hashes: names of cacheable files and keys of memos.

use std::fmt;

/// A 128-bit BLAKE3 hash of some content.
///
/// 128 bits are enough to never meet a collision by chance, and half as long in a URL.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Digest([u8; Self::LENGTH]);

impl Digest {
    /// How many bytes it has.
    pub const LENGTH: usize = 16;

    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut short = [0; Self::LENGTH];
        short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..Self::LENGTH]);
        Self(short)
    }

    /// The digest of several texts, told apart from all others that give the same when joined.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut short = [0; Self::LENGTH];
        short.copy_from_slice(&hasher.finalize().as_bytes()[..Self::LENGTH]);
        Self(short)
    }

    /// Its bytes.
    pub fn bytes(self) -> [u8; Self::LENGTH] {
        self.0
    }

    /// The first byte, to spread keys over shards.
    pub fn first_byte(self) -> u8 {
        self.0[0]
    }
}

/// The source expression by which a Content Security Policy lets an inline script run,
/// <https://www.w3.org/TR/CSP3/#grammardef-hash-source>.
pub fn csp_hash(script: &str) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(script.as_bytes());
    format!("'sha256-{}'", base64_simd::STANDARD.encode_to_string(hash))
}

/// Lower-case hexadecimal, 32 characters; `{:.10}` gives the first ten.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        f.pad(&hex)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

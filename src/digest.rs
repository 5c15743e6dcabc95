//! Content hashes: names of cacheable files and keys of memos.

use std::fmt;

/// A 128-bit BLAKE3 hash of some content.
///
/// 128 bits are enough to never meet a collision by chance, and half as long in a URL.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
        Self(short)
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

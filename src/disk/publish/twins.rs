//! Compressed twins of the files of a site: `x.html.gz` beside `x.html`. GitLab Pages sends them in
//! place of the file to whoever takes them, and compresses nothing itself
//! (<https://docs.gitlab.com/user/project/pages/introduction/#serving-compressed-assets>).

use std::io::Write;

use flate2::{Compression, GzBuilder};
use rayon::prelude::*;

use super::Publisher;
use crate::digest::Digest;
use crate::path::SitePath;

/// A way of compressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Twin {
    /// `.gz`, which every browser takes.
    Gzip,
    /// `.br`, which is smaller and takes longer to make.
    Brotli,
}

/// The extensions of files that have twins: those that GitLab Pages looks for.
const TEXT: [&str; 8] = ["html", "css", "js", "svg", "xml", "txt", "htm", "json"];
/// Files smaller than this have none, in bytes: their head alone would eat the gain.
const SMALLEST: usize = 512;
/// Brotli's quality, of 11: the last that costs about what gzip does.
const QUALITY: i32 = 5;

impl Twin {
    /// What stands behind the name of the file.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Brotli => "br",
        }
    }

    fn pack(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut packed = Vec::with_capacity(bytes.len() / 3);
        match self {
            // Without a name and a time: the same bytes give the same twin.
            Self::Gzip => {
                let mut to = GzBuilder::new().write(&mut packed, Compression::default());
                to.write_all(bytes)?;
                to.finish()?;
            }
            Self::Brotli => {
                let parameters = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
                brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters)?;
            }
        }
        Ok(packed)
    }
}

impl Publisher {
    /// Puts compressed twins beside all text that was put so far, where they are smaller.
    ///
    /// # Errors
    /// As [`Publisher::put`].
    pub fn put_twins(&self, twins: &[Twin]) -> Result<(), String> {
        if twins.is_empty() {
            return Ok(());
        }
        let text: Vec<SitePath> =
            self.paths().into_iter().filter(|path| TEXT.contains(&path.extension().as_str())).collect();
        text.par_iter().try_for_each(|path| {
            let bytes = self.bytes(path)?;
            if bytes.len() < SMALLEST {
                return Ok(());
            }
            let digest = Digest::of(&bytes);
            for twin in twins {
                let place = path.parent().child(&format!("{}.{}", path.name(), twin.extension()));
                if self.keep(&place, digest) {
                    continue;
                }
                let packed = twin.pack(&bytes).map_err(|error| format!("`{place}`: {error}"))?;
                if packed.len() < bytes.len() {
                    self.put_marked(&place, digest, &packed)?;
                }
            }
            Ok(())
        })
    }
}

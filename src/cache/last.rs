//! What the last build into a folder was made of and gave: the same again need not be done again.

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Cache, Ledger, seal};
use crate::diagnostic::{Diagnostic, Note};
use crate::digest::Digest;
use crate::disk::Receipts;
use crate::path::SitePath;

/// The last build into a folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Last {
    /// Of all that it was made of, but for the content of files.
    inputs: Digest,
    /// The files that were read, with their digests; `None` where there was nothing to be read.
    reads: Vec<(SitePath, Option<Digest>)>,
    /// How many pages there are.
    pub pages: usize,
    found: Vec<(SitePath, Note)>,
    /// What stands in the folder.
    pub receipts: Receipts,
}

impl Last {
    /// The build that was just done.
    pub fn new(inputs: Digest, ledger: &Ledger, (pages, found): (usize, &[Diagnostic])) -> Self {
        let found = found.iter().map(|said| (said.file.clone(), said.note.clone())).collect();
        Self { inputs, reads: ledger.reads(), pages, found, receipts: Receipts::default() }
    }

    /// Whether all is as it was.
    pub fn holds(&self, inputs: Digest, ledger: &Ledger) -> bool {
        let holds = |(path, digest): &(SitePath, Option<Digest>)| {
            ledger.content(path).ok().map(|content| content.digest) == *digest
        };
        self.inputs == inputs && self.reads.par_iter().all(holds)
    }

    /// Everything that was found, sorted.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.found.iter().map(|(file, note)| Diagnostic::new(file, note.clone())).collect()
    }
}

/// The file of the last build into a folder.
fn name(out: &Path) -> String {
    format!("out-{:.16}", Digest::of(out.as_os_str().as_encoded_bytes()))
}

impl Cache {
    /// The last build into a folder, where it is known.
    pub fn last(&self, out: &Path) -> Option<Last> {
        self.is_kept.then(|| seal::read(&self.folder.join(name(out))))?
    }

    /// Keeps what is known of a build.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep_last(&self, out: &Path, last: &Last) -> Result<(), String> {
        self.keep(&name(out), last)
    }
}

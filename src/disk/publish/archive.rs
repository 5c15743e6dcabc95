//! A whole site as one ZIP file: the same files give the same bytes.

use std::fs::File;
use std::io::BufWriter;

use jiff::Timestamp;
use jiff::tz::Offset;
use rayon::prelude::*;
use zip::write::{PreparedZipFile, SimpleFileOptions};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Publisher, Put, place, unwritten};
use crate::path::SitePath;

/// How many files are packed at once.
const AT_ONCE: usize = 128;
/// The extensions of files that are packed already.
const PACKED: [&str; 13] =
    ["png", "jpg", "jpeg", "gif", "webp", "mp4", "webm", "mp3", "ogg", "zip", "gz", "pdf", "woff2"];

/// An archive, and what is true of all files in it.
#[derive(Clone, Debug)]
pub struct Archive<'a> {
    /// Where it stands in the site.
    pub path: &'a SitePath,
    /// The folder that all files lie in.
    pub folder: &'a str,
    /// The moment that all files bear, RFC 3339.
    pub moment: Option<&'a str>,
}

impl Publisher {
    /// Puts an archive of `files`; `bytes` gives what each holds.
    ///
    /// # Errors
    /// As [`Publisher::put`], and what `bytes` says.
    pub fn put_archive(
        &self,
        archive: &Archive<'_>,
        files: &[SitePath],
        bytes: &(dyn Fn(&SitePath) -> Result<Vec<u8>, String> + Sync),
    ) -> Result<(), String> {
        let Archive { path, folder, moment } = *archive;
        let target = place(&self.files(), path);
        let file = self
            .folder(&target)
            .and_then(|()| File::create(&target))
            .map_err(|error| unwritten(path, &error))?;
        let say = |error: zip::result::ZipError| format!("`{path}` cannot be written: {error}");
        let mut zip = ZipWriter::new(BufWriter::new(file));
        let moment = moment.and_then(date_time).unwrap_or(DateTime::DEFAULT);
        let options = SimpleFileOptions::default().last_modified_time(moment).unix_permissions(0o644);
        for some in files.chunks(AT_ONCE) {
            let packed: Vec<PreparedZipFile> = some
                .par_iter()
                .map(|file| {
                    let name = format!("{folder}/{file}");
                    let is_packed = PACKED.contains(&file.extension().as_str());
                    let method =
                        if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
                    PreparedZipFile::from_data(name, options.compression_method(method), &bytes(file)?)
                        .map_err(say)
                })
                .collect::<Result<_, String>>()?;
            for file in packed {
                zip.add_prepared_file(file).map_err(say)?;
            }
        }
        let file = zip.finish().map_err(say)?;
        let file = file.into_inner().map_err(|error| unwritten(path, error.error()))?;
        let size = file.metadata().map_err(|error| unwritten(path, &error))?.len();
        let put = Put { is_staged: true, mark: None, size };
        self.put.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(path.clone(), put);
        Ok(())
    }
}

/// A moment as ZIP files have it: to two seconds, without a zone, here UTC.
fn date_time(moment: &str) -> Option<DateTime> {
    let moment: Timestamp = moment.parse().ok()?;
    let at = Offset::UTC.to_datetime(moment);
    let part = |number: i8| u8::try_from(number).ok();
    DateTime::from_date_and_time(
        u16::try_from(at.year()).ok()?,
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )
    .ok()
}

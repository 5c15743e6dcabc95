//! Where a command keeps what it need not do again, and `bindery clean`.

#![expect(clippy::disallowed_methods, reason = "this is the edge")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use etcetera::BaseStrategy;

use super::{absolute, place_of};
use crate::cache;
use crate::digest::Digest;
use crate::history;
use crate::path::SitePath;

/// What can be said of the cache.
#[derive(Debug, Args)]
pub(super) struct CacheOptions {
    /// Keep nothing for the next run, and use nothing of an earlier one
    #[arg(long)]
    no_cache: bool,
    /// Where to keep it: in CI a folder that is restored by the next pipeline
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache_dir: Option<PathBuf>,
}

impl CacheOptions {
    /// The folder of the cache of a repo's folder; `None` where there shall be none.
    ///
    /// # Errors
    /// A folder that the content of the repo could have written.
    pub(super) fn folder(&self, root: &Path, src: &SitePath) -> Result<Option<PathBuf>, String> {
        if self.no_cache {
            return Ok(None);
        }
        let Some(folder) = place(self.cache_dir.as_deref(), root, src)? else { return Ok(None) };
        let real = absolute(self.cache_dir.as_deref().unwrap_or(&folder))?;
        if real == root {
            return Err("the cache cannot be the repo itself; name a folder of its own".to_owned());
        }
        if real.starts_with(root) && !history::is_free_of_content(root, &real) {
            return Err(format!(
                "`{}` lies in the repo, and git tracks files in it, or there is no git to say that it tracks \
                 none: what a repo holds could forge a cache. Name another folder, or one outside of the repo",
                real.display()
            ));
        }
        Ok(Some(folder))
    }
}

/// The folder of the cache: the one that is named, else one by the place of the repo among those
/// that the user's programs keep.
fn place(named: Option<&Path>, root: &Path, src: &SitePath) -> Result<Option<PathBuf>, String> {
    if let Some(named) = named {
        // The checkout of a pipeline may lie elsewhere each time, so its place is not in the name.
        return Ok(Some(absolute(named)?.join(format!("src-{:.12}", Digest::of(src.as_str().as_bytes())))));
    }
    let Ok(base) = etcetera::choose_base_strategy() else { return Ok(None) };
    let repo = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let said = [root.as_os_str().as_encoded_bytes(), src.as_str().as_bytes()];
    let digest = Digest::of_parts(&said);
    Ok(Some(base.cache_dir().join("bindery").join(format!("{repo}-{digest:.12}"))))
}

/// `bindery clean`.
#[derive(Debug, Args)]
pub(super) struct Clean {
    /// The folder whose notebooks are published
    #[arg(default_value = ".")]
    src: PathBuf,
    /// The folder of the cache, where it is not the usual one
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl Clean {
    /// Deletes the cache of a folder; the site that was built stays.
    pub(super) fn run(self) -> Result<ExitCode, String> {
        let (root, src) = place_of(&self.src)?;
        let Some(folder) = place(self.cache_dir.as_deref(), &root, &src)? else {
            eprintln!("there is no folder for caches here, so nothing was kept");
            return Ok(ExitCode::SUCCESS);
        };
        if cache::clean(&folder)? {
            if self.cache_dir.is_some() {
                // Caches of other folders may lie there too.
                let _ = std::fs::remove_dir(folder.parent().unwrap_or(&folder));
            }
            eprintln!("deleted: {}", folder.display());
        } else {
            eprintln!("nothing was kept at {}", folder.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

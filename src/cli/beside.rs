//! What a build can make beside the pages, and what room all of it takes.

use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::{Progress, today, variable};
use crate::build::{Extras, Request};
use crate::check;
use crate::disk::{Footprint, Twin};
use crate::history;
use crate::path::SitePath;
use crate::site::MergeRequest;

#[derive(Debug, Args)]
pub(super) struct Beside {
    /// Put a copy of the whole site into it, as a ZIP file that every page links, for when the site
    /// cannot be reached: --archive site.zip
    #[arg(long, value_name = "NAME")]
    archive: Option<String>,
    /// Put compressed twins beside all text, as GitLab Pages wants them: --compress gz,br
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_enum)]
    compress: Vec<Kind>,
    /// Make a preview for those who review a branch: `_bindery/changes.html` lists what is other than
    /// at REV, with what the check finds in it, and search engines are told to stay away
    #[arg(long, value_name = "REV")]
    review: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Gz,
    Br,
}

/// What a site on GitLab.com may take: bytes
/// (<https://docs.gitlab.com/user/gitlab_com/#gitlab-pages>), and files with their folders. Other
/// instances have limits of their own, 100 MB where nobody set one.
const PAGES_BYTES: u64 = 1_000_000_000;
const PAGES_ENTRIES: usize = 200_000;

impl Beside {
    /// Whether anything is wanted.
    pub(super) fn is_some(&self) -> bool {
        self.archive.is_some() || self.review.is_some() || !self.compress.is_empty()
    }

    /// What is made beside the pages of a request, whose configuration a review changes.
    pub(super) fn extras(&self, request: &mut Request, quiet: bool) -> Result<Extras, String> {
        let archive = self.archive.as_deref().map(archive_place).transpose()?;
        let mut twins: Vec<Twin> = self
            .compress
            .iter()
            .map(|kind| match kind {
                Kind::Gz => Twin::Gzip,
                Kind::Br => Twin::Brotli,
            })
            .collect();
        twins.sort();
        twins.dedup();
        let review = match &self.review {
            None => None,
            Some(revision) => {
                let mut config = (*request.config).clone();
                config.noindex = true;
                request.config = Arc::new(config);
                Some(Arc::new(review(request, revision, quiet)?))
            }
        };
        Ok(Extras { archive, twins, review })
    }
}

/// Where the archive of a name stands in the site.
fn archive_place(name: &str) -> Result<SitePath, String> {
    let path = SitePath::new(name).filter(|path| path.depth() == 0 && path.extension() == "zip");
    path.ok_or_else(|| {
        format!("--archive wants the name of a ZIP file in the site, such as site.zip, not `{name}`")
    })
}

fn review(request: &Request, revision: &str, quiet: bool) -> Result<crate::site::Review, String> {
    let asked = check::Request {
        root: request.root.clone(),
        src: request.src.clone(),
        out: request.out.clone(),
        config: request.config.clone(),
        only: None,
        base: Some(revision.to_owned()),
        is_since: true,
        is_named: true,
        is_staged: false,
        today: today(),
        web: None,
    };
    let progress = Progress::new(quiet);
    let review = check::review(&asked, merge_request(&request.root), &|done, of| progress.show(done, of));
    progress.end();
    let review = review?;
    if !quiet {
        review.remarks.iter().for_each(|remark| eprintln!("note: {remark}"));
    }
    Ok(review)
}

/// The merge request whose pipeline this is.
fn merge_request(root: &Path) -> Option<MergeRequest> {
    let number = variable("CI_MERGE_REQUEST_IID")?;
    let project = variable("CI_MERGE_REQUEST_PROJECT_URL").or_else(|| variable("CI_PROJECT_URL"))?;
    let url = format!("{project}/-/merge_requests/{number}");
    let is_sound = url.starts_with("https://") || url.starts_with("http://");
    is_sound.then(|| MergeRequest { url, prefix: history::origin(root).prefix })
}

/// What room a site takes, and whether that is more than GitLab Pages gives.
pub(super) fn room(footprint: &Footprint) -> Vec<String> {
    let Footprint { entries, bytes } = *footprint;
    let share = |part: f64| format!("{:.1} %", part * 100.0);
    let (of_bytes, of_entries) = (bytes as f64 / PAGES_BYTES as f64, entries as f64 / PAGES_ENTRIES as f64);
    let mut lines = vec![format!(
        "  {entries} files and folders, {}: {} and {} of what a site on GitLab.com may have",
        size(bytes),
        share(of_entries),
        share(of_bytes)
    )];
    if of_bytes > 1.0 || of_entries > 1.0 {
        lines.push(
            "warning: a site on GitLab.com may have 1 GB and 200,000 files and folders; `outputs.downloads = \"link\"`, no --compress and no --archive make the site smaller"
                .to_owned(),
        );
    }
    lines
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

//! All pages together: their tree, their URLs, their links, and every file of the site.
//!
//! Pure: [`Site::assemble`] takes what is known of each page, [`Site::produce`] gives the bytes of
//! any file of the site. Bodies come through the seam [`Bodies`], since they may rest on disk.

mod assemble;
mod changes;
mod edition;
mod embed;
mod extras;
mod fill;
mod index;
mod links;
mod nav;
mod outline;
mod produce;
mod record;
mod reference;
mod single;

pub use assemble::{Input, Site};
pub use edition::{ChangedPage, Edition, Fate, MergeRequest, Review};
pub use extras::csp_of;
pub use links::BINARY;
pub use produce::{Produced, Product, out_path, script_place};
pub use record::{Change, Downloads, PageKind, PageRecord, title_of_name};
pub use single::single_page;

use crate::path::SitePath;
use crate::render::Fragment;

/// The number of a page in its site.
pub type PageId = usize;

/// Where the bodies of pages rest until their pages are produced.
pub trait Bodies: Sync {
    /// The body of the page that is made of a source.
    ///
    /// # Errors
    /// Why it cannot be had: the file it rests in is gone or torn.
    fn body(&self, source: &SitePath) -> Result<Fragment, String>;
}

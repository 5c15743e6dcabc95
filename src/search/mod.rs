//! What readers find: pages → an index of small files, of which a query reads a few.
//!
//! Tokens and passages are made page by page, while pages are rendered; what they give is gathered
//! in sorted runs on the disk and merged at the end, so that memory does not grow with the text of
//! the site. The format is described in `ARCHITECTURE.md`; `search.js` of the theme reads it.

mod batch;
pub mod digits;
pub mod engine;
mod gather;
mod lines;
mod passage;
mod shard;
mod stem;
pub mod token;
mod vocabulary;

pub use gather::{Collected, Collector, Rewriter, Runs};
pub use passage::{PER_FILE, Page, Quotes};
pub use shard::{Entry, Order, Root, Writer};
pub use stem::Words;

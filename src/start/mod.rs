//! Where a repo begins: what `bindery init` writes into it, and the notebooks that `bindery new` makes.
//!
//! Pure: what the repo has comes in as [`Facts`], what is to be written goes out as a list of
//! [`Step`]s.

mod notebook;
mod repo;

pub use notebook::{BUILT_IN, FOLDER, Filling, Kernel};
pub use repo::{Act, Facts, Step, plan};

/// The template for GitLab's pipelines, as it is copied into repos.
pub const PIPELINE: &str = include_str!("../../templates/pages.yml");

//! Diagnostics at the edge: for people, and in the forms that machines read.
//!
//! Pure but for the excerpts of [`Report`]: every form is a function of what was found.

mod baseline;
mod machine;
mod sarif;
mod text;

pub use baseline::Baseline;
pub use machine::{Form, Machine};
pub use text::Report;

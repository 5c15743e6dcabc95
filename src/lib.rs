//! bindery binds a repo of Jupyter notebooks into a documentation site.
//!
//! The pipeline, one room a stage:
//!
//! ```text
//!  repo ──disk::walk──▶ sources ──notebook──▶ Published ──render──▶ Rendered ──▶ cache (bodies)
//!                                                                      │
//!                                                                      ▼ outline of each: title, anchors
//!               public/ ◀──disk::Publisher── bytes ◀──site::produce── Site ◀──site::assemble
//!               browser ◀──serve──────────────┘
//! ```
//!
//! Imports run downward only: `cli` > `serve` > `build` > `report` > `cache` > `disk`, `history`,
//! `watch` > `site` > `theme` > `search` > `render` > `notebook` > `config` > the words that
//! everything uses. From `site` down everything is pure: bytes in, bytes out. The tests in
//! `tests/house.rs` hold both.

pub mod address;
pub mod build;
pub mod cache;
pub mod check;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod digest;
pub mod disk;
pub mod history;
pub mod html;
pub mod manual;
pub mod mend;
pub mod notebook;
pub mod path;
pub mod render;
pub mod report;
pub mod search;
pub mod secret;
pub mod serve;
pub mod site;
pub mod start;
pub mod theme;
pub mod watch;
pub mod web;
pub mod yaml;

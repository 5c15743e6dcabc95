//! `[[cells]]`: what the site says about cells of some pages or with some tags. It is stronger
//! than anything that a notebook says.

use globset::GlobSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::globs;
use crate::path::SitePath;

/// One `[[cells]]` as it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Globs of pages; all where this is empty.
    pub paths: Vec<String>,
    /// Tags, any of which a cell must bear; all cells where this is empty.
    pub tags: Vec<String>,
    /// Options of code cells by name, as behind `#|`.
    pub options: Map<String, Value>,
}

/// One `[[cells]]` as it is meant.
#[derive(Clone, Debug, Serialize)]
pub struct CellRule {
    /// The globs as they are written.
    globs: Vec<String>,
    #[serde(skip)]
    paths: Option<GlobSet>,
    /// Tags, any of which a cell must bear; all cells where this is empty.
    pub tags: Vec<String>,
    /// Options of code cells by name.
    pub options: Map<String, Value>,
}

impl CellRule {
    /// Reads the globs.
    ///
    /// # Errors
    /// The glob that cannot be read, and why.
    pub(super) fn new(rule: Rule) -> Result<Self, String> {
        let paths = if rule.paths.is_empty() { None } else { Some(globs(&rule.paths, "cells.paths")?) };
        Ok(Self { globs: rule.paths, paths, tags: rule.tags, options: rule.options })
    }

    /// Whether it speaks of the cells of a page.
    pub fn holds_for(&self, path: &SitePath) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.is_match(path.as_str()))
    }
}

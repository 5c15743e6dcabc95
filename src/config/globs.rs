//! Globs as all parts of the configuration have them.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Globs of paths below the root, where `*` stays in its folder and the name of a folder means all
/// that is in it; `key` is where they stand.
///
/// # Errors
/// The glob that cannot be read, and why.
pub fn globs(patterns: &[String], key: &str) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let say = |error: globset::Error| format!("`{key}` holds `{pattern}`: {error}");
        let pattern = pattern.trim_start_matches("./");
        set.add(GlobBuilder::new(pattern).literal_separator(true).build().map_err(say)?);
        let inside = format!("{}/**", pattern.trim_end_matches('/'));
        set.add(GlobBuilder::new(&inside).literal_separator(true).build().map_err(say)?);
    }
    set.build().map_err(|error| format!("`{key}`: {error}"))
}

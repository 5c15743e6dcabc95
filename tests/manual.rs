//! The manual says what the tables say. `SNAPSHOTS=overwrite cargo test --test manual` prints it anew.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

use std::fs;
use std::path::Path;

#[test]
fn the_manual_is_printed_from_the_tables() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut stale = Vec::new();
    for (path, text) in bindery::manual::pages() {
        let file = docs.join(&path);
        if std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite") {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &text).unwrap();
        }
        if fs::read_to_string(&file).unwrap_or_default() != text {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; run SNAPSHOTS=overwrite cargo test --test manual");
}

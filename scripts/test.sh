#!/bin/sh
# Runs every test: formatting, lints, the Rust tests, and the tests in a real browser.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_compiler
need_git
need_browser
need_rsync
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
cargo test --locked
(cd tests/browser && npm ci --no-audit --no-fund --silent && node --test)

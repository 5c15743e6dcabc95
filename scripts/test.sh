#!/bin/sh
# Runs every test: formatting, lints, the Rust tests, those in a real browser and in real pipelines, and the way
# in by a wheel.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_compiler
need_git
need_browser
need_rsync
need_python
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
cargo test --locked
(cd tests/browser && npm ci --no-audit --no-fund --silent && node --test)
sh scripts/install-test.sh

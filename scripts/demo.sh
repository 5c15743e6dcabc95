#!/bin/sh
# Builds bindery and the site of example-notebooks, and shows it until Ctrl-C: each change of a notebook
# is seen at once. With --no-serve it only writes the site and says where it is.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_compiler
cargo build --release --locked
target/release/bindery build example-notebooks --out public
if [ "${1:-}" = --no-serve ]; then
  echo "The site is written: open public/index.html"
  exit 0
fi
exec target/release/bindery serve example-notebooks --port "${PORT:-8000}"

#!/bin/sh
# Builds bindery and the site of example-notebooks, and serves it until Ctrl-C.
# With --no-serve it only writes the site and says where it is.
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
exec node scripts/serve.mjs public "${PORT:-8000}"

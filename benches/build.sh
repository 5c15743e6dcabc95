#!/bin/sh
# Measures whole builds of a repo: wall and CPU time, and the largest memory.
#   sh benches/build.sh REPO [RUNS]
# To compare with another program, run its build of the same content under the same `time` in turn.
set -eu
repo=${1:?usage: sh benches/build.sh REPO [RUNS]}
runs=${2:-3}
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for run in $(seq "$runs"); do
  rm -rf "$out/site"
  /usr/bin/time -f "cold  %e s wall, %U s user, %S s sys, %M KB" target/release/bindery build "$repo" --out "$out/site" --quiet || [ $? = 1 ]
  /usr/bin/time -f "again %e s wall, %U s user, %S s sys, %M KB" target/release/bindery build "$repo" --out "$out/site" --quiet || [ $? = 1 ]
done

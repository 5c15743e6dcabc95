#!/bin/sh
# Measures whole builds of a repo: wall and CPU time, and the largest memory; without a cache, with a new
# one, where nothing has changed, where one notebook has.
#   sh benches/build.sh REPO [RUNS]
# To compare with another program, run its build of the same content under the same `time` in turn.
set -eu
repo=${1:?usage: sh benches/build.sh REPO [RUNS]}
runs=${2:-3}
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export XDG_CACHE_HOME="$out/cache"
cp -r "$repo" "$out/repo"
one=$(find "$out/repo" -name '*.ipynb' | sort | head -n 1)
build() {
  name=$1
  shift
  /usr/bin/time -f "$name %e s wall, %U s user, %S s sys, %M KB" \
    target/release/bindery build "$out/repo" --out "$out/site" --quiet "$@" || [ $? = 1 ]
}
for run in $(seq "$runs"); do
  rm -rf "$out/site"
  build 'no cache' --no-cache
  rm -rf "$out/site" "$out/cache"
  build 'cold    '
  # What was written within two seconds is read again.
  sleep 3
  build 'again   ' > /dev/null 2>&1
  build 'same    '
  python3 - "$one" "$run" <<'EDIT'
import json, sys
path, run = sys.argv[1:]
with open(path) as file:
    notebook = json.load(file)
notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": f"Edit number {run}."})
with open(path, "w") as file:
    json.dump(notebook, file)
EDIT
  build 'one     '
done

#!/bin/sh
# Measures the check of a repo against its cold build, in turn: wall and CPU time, and the largest memory.
# With a file of gitleaks' rules, the check with these too, and with these one by one, without keywords.
#   sh benches/check.sh REPO [RUNS] [RULES.toml]
set -eu
repo=${1:?usage: sh benches/check.sh REPO [RUNS] [RULES.toml]}
runs=${2:-3}
rules=${3:-}
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
measured() {
  name=$1
  shift
  /usr/bin/time -f "$name %e s wall, %U s user, %S s sys, %M KB" "$@" > /dev/null || [ $? = 1 ]
}
cp -r "$repo" "$out/repo"
if [ -n "$rules" ]; then
  # Under names of their own: what bindery knows itself it would not take from a file.
  sed 's/^id = "/id = "their-/' "$rules" > "$out/repo/keywords.toml"
  python3 - "$out/repo/keywords.toml" "$out/repo/one.toml" <<'EDIT'
import re, sys
text = open(sys.argv[1]).read()
open(sys.argv[2], "w").write(re.sub(r"(?ms)^keywords = \[.*?\]\n", "", text))
EDIT
fi
for run in $(seq "$runs"); do
  measured 'check' target/release/bindery check "$repo" --quiet
  rm -rf "$out/site"
  measured 'build' target/release/bindery build "$repo" --out "$out/site" --quiet --no-cache
  for form in ${rules:+keywords one}; do
    printf '[secrets]\nrules = ["%s.toml"]\n' "$form" > "$out/repo/bindery.toml"
    measured "rules: $form" target/release/bindery check "$out/repo" --quiet
  done
done

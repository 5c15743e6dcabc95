#!/bin/sh
# Measures the publishing job of the template for GitLab on a repo in which nothing changed since the last one, in
# turn: without a cache, with one whose restoring and storing count, and what the copy and the twins cost. Wall and
# CPU time; GitLab's fetching of the repo, its image and its upload of the site are the same in all of them.
#   sh benches/publish.sh REPO [RUNS]
set -eu
repo=${1:?usage: sh benches/publish.sh REPO [RUNS]}
runs=${2:-3}
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
bindery="$PWD/target/release/bindery"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
measured() {
  name=$1
  shift
  /usr/bin/time -f "$name: %e s wall, %U s user, %S s sys, %M KB" sh -ec "$*" >/dev/null || [ $? = 1 ]
}
build="'$bindery' build '$repo' --out '$scratch/public' --quiet"
extras="--compress gz --archive site.zip"
cache="$scratch/cache"
# GitLab's runner keeps a cache as a ZIP file, and so does this.
store="cd '$scratch' && rm -f cache.zip && zip -qr cache.zip cache"
sh -c "$build --cache-dir '$cache' $extras" || [ $? = 1 ]
sh -c "$store"
ls -l "$scratch/cache.zip" | awk '{ print "the cache as it is stored: " $5 " bytes" }'
for run in $(seq "$runs"); do
  rm -rf "$scratch/public"
  measured 'no cache' "$build --no-cache $extras"
  rm -rf "$scratch/public" "$cache"
  measured 'cache, with restoring and storing' "(cd '$scratch' && unzip -q cache.zip) && $build --cache-dir '$cache' $extras && $store"
  rm -rf "$scratch/public"
  measured 'no cache, no copy, no twins' "$build --no-cache"
  rm -rf "$scratch/public"
  measured 'no cache, with --compress gz' "$build --no-cache --compress gz"
  rm -rf "$scratch/public"
  measured 'no cache, with --archive' "$build --no-cache --archive site.zip"
done

#!/bin/sh
# Builds what a release holds, into dist/: for each target a wheel and a tarball with the program, its
# completions and manual pages, and beside them the SBOM, the template for GitLab and the checksums.
# Linked against glibc 2.17, so that the programs run on any Linux since 2014.
#
#   sh scripts/release.sh [TARGET…]
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
need_compiler
need_python
targets="${*:-x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu}"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

tools=target/release-tools
[ -x "$tools/bin/maturin" ] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --requirement scripts/release-tools.txt
PATH="$PWD/$tools/bin:$PATH"

rm -rf dist
mkdir dist
for target in $targets; do
  if command -v rustup >/dev/null; then rustup target add "$target"; fi
  maturin build --release --locked --zig --target "$target" --compatibility manylinux2014 --out dist
  arch="${target%%-*}"
  mkdir -p "dist/$arch"
  python3 -m zipfile -e dist/bindery-"$version"-*"_$arch.whl" "dist/$arch/wheel"
  mv "dist/$arch/wheel/bindery-$version.data/scripts/bindery" "dist/$arch/bindery"
  chmod 755 "dist/$arch/bindery"
  cp "dist/$arch/wheel/bindery-$version.dist-info/sboms/bindery.cyclonedx.json" "dist/bindery-$version.cyclonedx.json"
  rm -r "dist/$arch/wheel"
done

# The completions and the manual pages are the same for all targets: whichever runs here writes them.
here="dist/$(uname -m)/bindery"
[ -x "$here" ] || here=
for target in $targets; do
  folder="dist/${target%%-*}"
  if [ -n "$here" ]; then
    "$here" man "$folder/man"
    mkdir -p "$folder/completions"
    for shell in bash zsh fish; do "$here" completions "$shell" >"$folder/completions/bindery.$shell"; done
  fi
  cp README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$folder/"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --mode=go=rX,u+rw \
    -C "$folder" -cf - . | gzip -9n >"dist/bindery-$version-$target.tar.gz"
done
cp templates/pages.yml dist/pages.yml
(cd dist && sha256sum -- *.whl *.tar.gz *.json pages.yml >SHA256SUMS)
ls -l dist

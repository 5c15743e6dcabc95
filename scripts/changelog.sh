#!/bin/sh
# Prints what CHANGELOG.md says of a version; an error where it says nothing.
#
#   sh scripts/changelog.sh 0.1.0
set -eu
cd "$(dirname "$0")/.."
text="$(awk -v head="## $1" '$0 == head { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md)"
if [ -z "$(printf %s "$text" | tr -d '[:space:]')" ]; then
  echo "CHANGELOG.md says nothing of $1" >&2
  exit 1
fi
printf '%s\n' "$text"

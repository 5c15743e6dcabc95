# shellcheck shell=sh
# What demo.sh and test.sh need of the system: sourced, never run.

# Runs apt-get as root, where there is one.
install_debian() {
  if ! command -v apt-get >/dev/null; then
    echo "please install: $*" >&2
    exit 2
  fi
  sudo=
  if [ "$(id -u)" != 0 ]; then sudo=sudo; fi
  $sudo apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# One of our libraries (Oniguruma) is written in C.
need_compiler() {
  command -v cargo >/dev/null || { echo "please install Rust: https://rustup.rs" >&2; exit 2; }
  command -v cc >/dev/null || install_debian gcc libc6-dev
}

need_browser() {
  command -v chromium >/dev/null || install_debian chromium
}

# What runs the template for GitLab copies the repo with it.
need_rsync() {
  command -v rsync >/dev/null || install_debian rsync
}

need_python() {
  python3 -m venv --help >/dev/null 2>&1 && python3 -c 'import ensurepip' 2>/dev/null || install_debian python3 python3-venv
}

need_git() {
  command -v git >/dev/null || install_debian git
}

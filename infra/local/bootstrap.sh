#!/usr/bin/env bash
# Gets uv and Python 3.13, so that all the rest of the set-up can be Python (setup.py). A second run does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf 'setup: %s\n' "$*"; }
give_up() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# Prints a Python 3.13 that runs: a pyenv shim has the name on PATH and may still refuse.
find_python() {
  local candidate
  for candidate in "${UV_PYTHON:-}" python3.13 python3 \
    "$(pyenv_python)" "$(.local/bin/uv python find --managed-python --no-python-downloads 3.13 2>/dev/null || true)"; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  return 1
}

# Prints the newest 3.13 that pyenv has, whether or not it is the version in use.
pyenv_python() {
  local version
  version=$(pyenv versions --bare 2>/dev/null | grep -E '^3\.13\.[0-9]+$' | sort -V | tail -n 1) || return 0
  printf '%s/bin/python' "$(pyenv prefix "$version")"
}

# uv: the machine's own where there is one, else from its wheel, with the hash of requirements/uv.txt.
if [ ! -x .local/bin/uv ]; then
  mkdir -p .local/bin
  if found=$(command -v uv); then
    say "using $found"
    ln -sf "$found" .local/bin/uv
  else
    say "installing uv into .local/uv"
    command -v python3 >/dev/null || give_up "neither uv nor python3 is on PATH; install one of them and try again"
    python3 -m venv --clear .local/uv || give_up "python3 cannot make a virtual environment; install uv, or on Debian and Ubuntu the package python3-venv, and try again"
    words=$(.local/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt 2>&1) \
      || give_up "pip could not install uv (is the package index reachable?): $words"
    ln -sf ../uv/bin/uv .local/bin/uv
  fi
fi

# Python 3.13: what the functions run on in the cloud, and the only one that the emulator was tried with.
if ! .local/venv/bin/python -c '' 2>/dev/null; then
  if python=$(find_python); then
    say "using Python 3.13 at $python"
  else
    say "fetching Python 3.13 with uv"
    .local/bin/uv python install --quiet 3.13 || give_up "Python 3.13 was not found and uv could not fetch it; install Python 3.13 (or set UV_PYTHON to one) and try again"
    python=$(find_python) || give_up "uv fetched Python 3.13, and it does not run; set UV_PYTHON to a Python 3.13 that does and try again"
  fi
  .local/bin/uv venv --quiet --clear --relocatable --python "$python" .local/venv
fi

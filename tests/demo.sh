#!/usr/bin/env bash
# The main job on the bundled sample: a plan, an apply, and a second plan that
# is empty. Builds the program first, and works in a folder that it removes.
set -euo pipefail
cd "$(dirname "$0")/.."

tests/toolchain.sh
echo "building (the first time takes some minutes) ..." >&2
cargo build --release --quiet
PATH="$(realpath "${CARGO_TARGET_DIR:-target}")/release:$PATH"

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"

show() {
    if [ -t 1 ]; then
        printf '\n\033[1m$ %s\033[0m\n' "$*"
    else
        printf '\n$ %s\n' "$*"
    fi
    "$@"
}

show muster init staff
cd staff
show muster plan policy.yaml
show muster apply policy.yaml --yes --quiet
show muster plan policy.yaml
show muster account show zoe.martin

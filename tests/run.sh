#!/usr/bin/env bash
# Installs what is missing, then runs every test of the workspace and prints
# one summary at the end. Arguments go to `cargo test`.
set -euo pipefail
cd "$(dirname "$0")/.."

tests/toolchain.sh
tests/install.sh

# One build for all: asking for bins and tests together gives both the same
# features, so that nothing is built twice.
cargo build --workspace --bins --tests
MUSTER_BIN="${MUSTER_BIN:-${CARGO_TARGET_DIR:-target}/debug/muster}"
MUSTER_BIN="$(realpath "$MUSTER_BIN")"
export MUSTER_BIN

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
status=0
run() { cargo test --workspace --no-fail-fast "$@" 2>&1 | tee -a "$log" || status=$?; }
if [ "$#" -eq 0 ]; then
    # Named one by one: else cargo builds the examples as well, which are plugins
    # that the tests build for themselves, for another machine.
    run --lib --bins --tests
    run --doc
else
    run "$@"
fi

failures="$(grep -E '^test .* \.\.\. FAILED$' "$log" | sed -E 's/^test (.*) \.\.\. FAILED$/  \1/' | sort -u || true)"
if [ -n "$failures" ]; then
    printf '\nfailed:\n%s\n' "$failures"
fi
awk '
    /^test result: / {
        for (i = 2; i <= NF; i++) {
            if ($i ~ /^passed/)  passed  += $(i - 1)
            if ($i ~ /^failed/)  failed  += $(i - 1)
            if ($i ~ /^ignored/) skipped += $(i - 1)
        }
    }
    END { printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped }
' "$log"
exit "$status"

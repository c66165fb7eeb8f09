#!/usr/bin/env bash
# Sees to it that the workspace can be built: Rust as rust-toolchain.toml names
# it, and a C compiler for linking. Does nothing where both are there.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v cargo >/dev/null 2>&1; then
    echo "cargo is missing: install Rust with rustup first, https://rustup.rs" >&2
    exit 1
fi

# Where rustup does not install by itself (RUSTUP_AUTO_INSTALL=0), what
# rust-toolchain.toml names has to be asked for.
target=wasm32-unknown-unknown
if ! libraries="$(rustc --print target-libdir --target "$target" 2>/dev/null)" || [ ! -d "$libraries" ]; then
    if ! command -v rustup >/dev/null 2>&1; then
        echo "Rust's target $target is missing, and there is no rustup to install it with" >&2
        exit 1
    fi
    rustup toolchain install
fi

if ! command -v cc >/dev/null 2>&1 || [ ! -e /usr/include/stdlib.h ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "a C compiler is missing, which Rust links with: install gcc and the C library's headers" >&2
        exit 1
    fi
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get install --yes --quiet --no-install-recommends gcc libc6-dev)
    if ! "${install[@]}" >/dev/null 2>&1; then
        "${as_root[@]}" apt-get update --quiet
        "${install[@]}"
    fi
fi

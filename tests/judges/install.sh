#!/usr/bin/env bash
# Installs the judges: the vendors' client libraries into a Python venv, real
# services, a client of registries and what drives a browser into one each, and the
# validating proxy into a node folder, all below the target folder.
#
# Does nothing where everything is there already, and may be run any number of
# times, also side by side. Prints the folder at the end.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-$here/../../target}"
mkdir -p "$target/judges"
folder="$(cd "$target/judges" && pwd)"

# Two runs at once would write into the same folders.
exec 9>"$folder/lock"
flock 9

# `is_done NAME FILE…`: the part was installed from these very files.
is_done() {
    local name="$1"
    shift
    [ "$(cat "$folder/$name.sum" 2>/dev/null)" = "$(cat "$@" | sha256sum)" ]
}
done_with() {
    local name="$1"
    shift
    cat "$@" | sha256sum >"$folder/$name.sum"
}

pinned=("$here/requirements.txt" "$here/constraints.txt")
if ! is_done python "${pinned[@]}"; then
    rm -rf "$folder/venv"
    python3 -m venv "$folder/venv" >&2
    "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "${pinned[0]}" --constraint "${pinned[1]}" >&2
    done_with python "${pinned[@]}"
fi

pinned=("$here/servers.txt")
if ! is_done servers "${pinned[@]}"; then
    rm -rf "$folder/servers"
    python3 -m venv "$folder/servers" >&2
    "$folder/servers/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "${pinned[0]}" --no-deps >&2
    done_with servers "${pinned[@]}"
fi

pinned=("$here/packages.txt")
if ! is_done packages "${pinned[@]}"; then
    rm -rf "$folder/packages"
    python3 -m venv "$folder/packages" >&2
    "$folder/packages/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "${pinned[0]}" --no-deps >&2
    done_with packages "${pinned[@]}"
fi

pinned=("$here/browser.txt")
if ! is_done browser "${pinned[@]}"; then
    rm -rf "$folder/browser"
    python3 -m venv "$folder/browser" >&2
    "$folder/browser/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "${pinned[0]}" --no-deps >&2
    done_with browser "${pinned[@]}"
fi

pinned=("$here/package.json" "$here/package-lock.json")
if ! is_done node "${pinned[@]}"; then
    mkdir -p "$folder/node"
    cp "${pinned[@]}" "$folder/node/"
    # Nothing that is installed needs to run a script of its own.
    npm ci --prefix "$folder/node" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    done_with node "${pinned[@]}"
fi

# What plugins in other languages are built with: new projects install it from here,
# by the commands that their authors type, without a network.
templates="$here/../../engine/kit/templates"
pinned=("$templates/python/requirements.txt")
if ! is_done wheels "${pinned[@]}"; then
    rm -rf "$folder/wheels"
    "$folder/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
        --dest "$folder/wheels" --requirement "${pinned[0]}" >&2
    done_with wheels "${pinned[@]}"
fi

pinned=("$templates/javascript/package.json" "$templates/javascript/package-lock.json")
if ! is_done npm "${pinned[@]}"; then
    rm -rf "$folder/npm" && mkdir -p "$folder/npm/project"
    for file in "${pinned[@]}"; do
        sed 's/{{name}}/warm/' "$file" >"$folder/npm/project/$(basename "$file")"
    done
    npm ci --prefix "$folder/npm/project" --cache "$folder/npm/cache" \
        --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    done_with npm "${pinned[@]}"
fi

echo "$folder"

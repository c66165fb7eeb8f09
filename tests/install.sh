#!/usr/bin/env bash
# Installs what the tests need besides Rust: directory servers and their tools,
# and the judges of the emulators (tests/judges).
#
# For Debian and its relatives. Does nothing where everything is there already,
# and may be run any number of times. No server is started: the tests start
# their own, on loopback, and end them.
set -euo pipefail

# program -> the package that brings it
needed=(
    "slapd:slapd"
    "ldapsearch:ldap-utils"
    "openssl:openssl"
    "samba:samba"
    "samba-tool:samba"
    "ldbadd:ldb-tools"
    "cc:gcc"
    "psql:postgresql-client-15"
    "setpriv:util-linux"
    "python3:python3"
    "node:nodejs"
    "npm:npm"
    "nvim:neovim"
    "chromium:chromium"
    "docker-registry:docker-registry"
)
if [ "${1:-}" = --nightly ]; then
    needed+=("ns-slapd:389-ds-base" "dscreate:389-ds-base")
fi
# files that tell whether a package without a program of its own is there
needed_files=(
    "/usr/share/samba/setup/provision.ldif:samba-ad-provision"
    "/usr/lib/ldap/memberof.so:slapd"
    "/usr/lib/postgresql/15/bin/initdb:postgresql-15"
    "/usr/include/stdlib.h:libc6-dev"
)
# A Python that cannot make a venv lacks a package of its own on Debian.
python3 -c 'import ensurepip, venv' 2>/dev/null || needed_files+=("/nonexistent:python3-venv")
# Samba's provisioning loads modules of all of these.
samba_parts=(samba samba-dsdb-modules samba-ad-provision samba-vfs-modules winbind ldb-tools)

# Debian keeps servers where ordinary users do not look.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair#*:}")
done
for pair in "${needed_files[@]}"; do
    [ -e "${pair%%:*}" ] || missing+=("${pair#*:}")
done
if command -v dpkg-query >/dev/null 2>&1; then
    for package in "${samba_parts[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
fi

judges="$(dirname "$0")/judges/install.sh"
if [ "${#missing[@]}" -eq 0 ]; then
    "$judges" >/dev/null
    exit 0
fi
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if ! command -v apt-get >/dev/null 2>&1; then
    cat >&2 <<TEXT
These packages are missing, and there is no apt-get to install them with:
    ${missing[*]}
The names are Debian's. Install what they stand for on your system (OpenLDAP's
server and client tools, openssl, Samba with its domain controller, ldb-tools,
Python with venv, Node.js with npm, Neovim, the CNCF's OCI registry), so that slapd,
ldapsearch, openssl, samba, samba-tool, ldbadd, python3, node, npm, nvim and
docker-registry are in PATH.
TEXT
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "These packages are missing: ${missing[*]}. Run \`$0\` as root, for there is no sudo." >&2
        exit 1
    fi
    as_root=(sudo)
fi

# Debian starts a server as soon as it is installed, unless this file forbids it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi

echo "installing: ${missing[*]}" >&2
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --quiet --no-install-recommends "${missing[@]}")
# A list of packages that is too old names files that are gone.
if ! "${install[@]}" >/dev/null 2>&1; then
    "${as_root[@]}" apt-get update --quiet
    "${install[@]}"
fi
"$judges" >/dev/null

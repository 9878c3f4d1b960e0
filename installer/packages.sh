#!/usr/bin/env bash
# Installs the Debian packages of the given lists (packages.txt when none is given) that are not there yet.
set -euo pipefail
unset CDPATH
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=installer/steps.sh
. "$folder/steps.sh"

lists=("$@")
[ ${#lists[@]} -gt 0 ] || lists=("$folder/packages.txt")
wanted=()
for list in "${lists[@]}"; do
    while read -r package _; do
        case $package in '' | '#'*) ;; *) wanted+=("$package") ;; esac
    done <"$list"
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    printf '%s: this is not Debian: nothing is installed. Needed, by their names on Debian 12: %s\n' \
        "$(basename "$0")" "${wanted[*]}" >&2
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    case $state in installed*) ;; *) missing+=("$package") ;; esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        die "packages are missing and neither root nor sudo is at hand: run as root: apt-get install ${missing[*]}"
    as_root=(sudo)
    if [ -t 0 ]; then
        sudo -v || die "sudo refused: run as root: apt-get install ${missing[*]}"
    else
        as_root+=(-n)
    fi
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -q)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
step "refresh the package lists" "$log" "${apt[@]}" update
step "install ${missing[*]}" "$log" "${apt[@]}" install -y --no-install-recommends "${missing[@]}"

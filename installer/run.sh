#!/usr/bin/env bash
# Installs what is missing, builds SockScope (Release) and opens the inspector on its live demo; without a display the
# demo runs in the terminal. Arguments go to the program: to sockscope instead of --demo, or to sockscope-cli demo.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. installer/steps.sh

lists=(installer/packages.txt)
[ -n "${DISPLAY:-}" ] || [ -z "${WAYLAND_DISPLAY:-}" ] || lists+=(installer/packages-wayland.txt)
installer/packages.sh "${lists[@]}"
configure_and_build release

programs=$PWD/build/release/app
# The program starts where the user is, so that file names in its arguments mean what they say.
cd "$OLDPWD"
if [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
    exec "$programs/sockscope-cli" demo "$@"
fi
[ $# -gt 0 ] || set -- --demo
exec "$programs/sockscope" "$@"

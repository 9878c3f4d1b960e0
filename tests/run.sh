#!/usr/bin/env bash
# Installs what is missing, builds SockScope with its tests and runs them. Arguments go to ctest.
# SOCKSCOPE_PRESET chooses another preset with tests (asan, tsan); SOCKSCOPE_WERROR=ON makes warnings errors.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. installer/steps.sh

preset=${SOCKSCOPE_PRESET:-dev}
installer/packages.sh installer/packages.txt installer/packages-tests.txt
configure_and_build "$preset"
# One after the other is for who asks for it (-j1): the tests share nothing.
exec ctest --preset "$preset" -j "$(nproc)" "$@"

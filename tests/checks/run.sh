#!/usr/bin/env bash
# Runs every check of this folder; they need no build. Ends with 1 when one of them finds something.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

failed=0
for check in layering labels lengths testrules paths readme format selftest; do
    if python3 "$check.py"; then
        printf 'checks.%s passed\n' "$check"
    else
        printf 'checks.%s FAILED\n' "$check"
        failed=1
    fi
done
exit "$failed"

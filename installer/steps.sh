# shellcheck shell=bash
# Sourced by the scripts: a line a step; what the step printed is shown only when it fails.

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# step TEXT LOGFILE COMMAND…
step() {
    local text=$1 log=$2 began=$SECONDS status=0
    shift 2
    mkdir -p "$(dirname "$log")"
    printf '%s … ' "$text" >&2
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" -ne 0 ]; then
        printf 'failed\n' >&2
        cat "$log" >&2
        printf '%s: %s failed with status %s; all that it printed is above and in %s\n' \
            "$(basename "$0")" "$text" "$status" "$log" >&2
        exit "$status"
    fi
    printf 'done (%s s)\n' "$((SECONDS - began))" >&2
}

# configure_and_build PRESET [CMAKE ARGUMENT…]; in the project's folder
configure_and_build() {
    local preset=$1
    shift
    # The cache serves every clone of the project, wherever it lies.
    export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
    step "configure $preset" "$PWD/build/$preset/configure.log" \
        cmake --preset "$preset" -DSOCKSCOPE_WERROR="${SOCKSCOPE_WERROR:-OFF}" "$@"
    step "build $preset" "$PWD/build/$preset/build.log" cmake --build --preset "$preset"
}

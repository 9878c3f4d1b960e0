#!/usr/bin/env bash
# tests/fuzz/run.sh [--resume] [-j N] [SECONDS] [TARGET…]
# Builds the fuzz targets (preset fuzz) and runs each for SECONDS of its own CPU time (600 unless told otherwise), one
# at a time unless -j says more. A line a target; ends with 1 when one of them found something.
# --resume goes on where an interrupted run stopped and passes over targets that have had their time.
set -uo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. installer/steps.sh

resume=0 jobs=1 seconds=600
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --resume) resume=1 ;;
    -j) jobs=${2:?-j needs a number} && shift ;;
    -j*) jobs=${1#-j} ;;
    [0-9]*) seconds=$1 ;;
    -*) die "$1 is no option: [--resume] [-j N] [SECONDS] [TARGET…]" ;;
    *) targets+=("$1") ;;
    esac
    shift
done
case $seconds$jobs in *[!0-9]*) die "seconds and -j are whole numbers" ;; esac
[ "$jobs" -ge 1 ] || die "-j needs at least 1"

installer/packages.sh installer/packages.txt installer/packages-fuzz.txt || exit 1
configure_and_build fuzz || exit 1

seeds=$PWD/tests/fuzz/corpus
programs=$PWD/build/fuzz/tests/fuzz
work=$PWD/build/fuzz/campaign
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls "$seeds")
for target in "${targets[@]}"; do
    [ -x "$programs/fuzz-$target" ] || die "there is no target $target; there are: $(ls "$seeds" | tr '\n' ' ')"
done
ticks=$(getconf CLK_TCK)
slice=120 # seconds between two notes of what is done

longest_input() {
    case $1 in
    framing-slip | framing-cobs) echo 8448 ;; # more fill than they pass over in one go
    framing-*) echo 2048 ;;
    codec-*) echo 4096 ;;
    url) echo 1536 ;;
    filter) echo 512 ;;
    options) echo 256 ;;
    *) echo 1024 ;;
    esac
}

# CPU time of a process in hundredths of a second, as long as there is one: the machine may pause it.
cpu_of() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -r -a stat <<<"${stat##*) }" # from the third field on
    echo $(((stat[11] + stat[12]) * 100 / ticks))
}

# What an input that took too long on the wall clock takes of the CPU: a process that is paused is not slow.
is_slow() {
    local TIMEFORMAT='%U'
    local used
    used=$({ time "$1" -timeout=0 -rss_limit_mb=0 "$2" >/dev/null 2>&1; } 2>&1)
    [ "${used%%[.,]*}" -ge 5 ]
}

# One process until the target has had its slice; sets used (hundredths), executions, coverage and status.
run_slice() {
    local target=$1 wanted=$2 folder=$work/$1 pid now
    # Without entropic schedules: their book-keeping costs more executions than it finds features here.
    nice -n 10 "$programs/fuzz-$target" -timeout=10 -rss_limit_mb=2048 -max_len="$(longest_input "$target")" -reload=0 \
        -entropic=0 -print_final_stats=1 -artifact_prefix="$folder/artifacts/" "$folder/corpus" "$seeds/$target" \
        >"$folder/slice.log" 2>&1 </dev/null &
    pid=$!
    trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
    used=0
    while now=$(cpu_of "$pid"); do
        [ "$now" -lt "$used" ] || used=$now
        [ "$used" -lt "$wanted" ] || kill -USR1 "$pid" 2>/dev/null # ends after the input at hand
        sleep 0.5
    done
    wait "$pid"
    status=$?
    trap - INT TERM
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/slice.log" | tail -n 1)
    coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$folder/slice.log" | tail -n 1)
    cat "$folder/slice.log" >>"$folder/log"
}

run_target() {
    local target=$1 folder=$work/$1 done_cpu=0 total=0 covered=0 result=clean used=0 executions='' coverage='' status=0
    local wanted artifact
    mkdir -p "$folder/corpus" "$folder/artifacts"
    if [ "$resume" -eq 1 ] && [ -s "$folder/state" ]; then
        read -r done_cpu total covered result <"$folder/state"
        [ "$result" = clean ] || result=clean # a finding is looked for again: it may be repaired
    else
        rm -f "$folder/log" "$folder/state"
    fi
    rm -f "$folder/artifacts/"*
    while [ "$done_cpu" -lt $((seconds * 100)) ]; do
        wanted=$((seconds * 100 - done_cpu))
        [ "$wanted" -le $((slice * 100)) ] || wanted=$((slice * 100))
        run_slice "$target" "$wanted"
        done_cpu=$((done_cpu + used)) total=$((total + ${executions:-0})) covered=${coverage:-$covered}
        if [ "$status" -ne 0 ]; then
            artifact=$(ls "$folder/artifacts" | head -n 1)
            case $artifact in
            timeout-* | slow-unit-*)
                if ! is_slow "$programs/fuzz-$target" "$folder/artifacts/$artifact"; then
                    rm -f "$folder/artifacts/"*
                    continue
                fi
                ;;
            esac
            result=finding
        fi
        rm -f "$folder/artifacts/slow-unit-"* # nothing ran into the limit: only a note
        echo "$done_cpu $total $covered $result" >"$folder/state"
        [ "$result" = clean ] || break
    done
    printf '%-18s %12s executions  coverage %5s  %5s s  %s\n' "$target" "$total" "$covered" "$((done_cpu / 100))" \
        "$([ "$result" = clean ] && echo clean || echo "FINDING: ${artifact:-it ended with status $status}, see $folder")"
}

trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM
for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    run_target "$target" &
done
wait
failed=0
for target in "${targets[@]}"; do
    read -r _ _ _ result <"$work/$target/state" && [ "$result" = clean ] || failed=1
done
exit "$failed"

#!/usr/bin/env bash
# run.sh SECONDS TARGET…: builds the targets and lets each search for so long. An input that breaks
# something stays in found/ as crash-TARGET-…, and the run goes on with the next target.
set -euo pipefail
cd "$(dirname "$0")"
seconds=$1
shift
programs=$(nice -n 19 ./build.sh)
failed=()
for target in "$@"; do
    mkdir -p "found/$target"
    # Bodies are made from many bytes: short inputs first would take all the time there is.
    nice -n 19 "$programs/$target" -len_control=0 -max_len=2048 -timeout=600 -max_total_time="$seconds" \
        -artifact_prefix="found/crash-$target-" -print_final_stats=1 "found/$target" "corpus/$target" \
        > "found/$target.log" 2>&1 || failed+=("$target")
    printf '%-9s %s\n' "$target" "$(grep -aE '^#[0-9]+' "found/$target.log" | tail -1)"
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "broken: ${failed[*]}; see fuzz/found/"
    exit 1
fi

#!/usr/bin/env bash
# Gives one decoder, or each in turn, bytes that nobody meant (docs/fuzzing.md).
#
#   TARGET  a file of fuzz/targets without its ending; all in turn if it is empty
#   SECONDS_EACH  how long (600)
# What a target stumbles over is kept in fuzz/target/found/TARGET, and the exit code is 1.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

# What cargo-fuzz passes, without the address sanitizer: that one wants a nightly compiler.
host="$(rustc -vV | sed -n 's/^host: //p')"
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=4 --cfg fuzzing"
# With a target named, build scripts and macros are built without all that.
cargo build --release --quiet --target "$host"
built="target/$host/release"

# Memory, where there is such a place: the databases of a target are made anew many times a second.
work="$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" neem-fuzz.XXXXXX)"
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"

SEEDS=target/seeds "$built/seeds"
failed=0
for target in ${TARGET:-$(basename -s .rs targets/*.rs)}; do
  mkdir -p "target/corpus/$target" "target/found/$target"
  echo "fuzz: $target for ${SECONDS_EACH:-600} seconds" >&2
  # The longest inputs are a clinic's whole export and a page of commits.
  "$built/$target" "target/corpus/$target" "target/seeds/$target" \
    -max_total_time="${SECONDS_EACH:-600}" -timeout=5 -rss_limit_mb=1024 -max_len=65536 -len_control=20 \
    -artifact_prefix="target/found/$target/" -print_final_stats=1 2> "target/$target.log" \
    || { failed=1; tail -n 40 "target/$target.log" >&2; }
  grep -E "^(Done|#[0-9]+.*(DONE|cov))" "target/$target.log" | tail -n 2 >&2
done
exit "$failed"

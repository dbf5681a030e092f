#!/usr/bin/env bash
# Builds the targets with the instrumentation that libFuzzer steers by; stable Rust has all of it.
set -euo pipefail
cd "$(dirname "$0")"
host=$(rustc -vV | sed -n 's/^host: //p')
# With a --target, build scripts and macros go without.
flags=(
    -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares
)
RUSTFLAGS="${flags[*]}" cargo build --locked --release --target "$host" --bins "$@" >&2
echo "$PWD/target/$host/release"

#!/usr/bin/env bash
# Proves the simulator: one build that knows all seeded faults, each played until a check finds it, and the
# same build without a fault, which must be clean. Writes the table of docs/simulation.md.
#
#   RUNS  how many runs a fault has before it counts as missed (1000)
#   SEED  the first of them (1)
#   CLEAN how many runs are played without a fault (1000)
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --quiet --package neem-sim --features "seeded-bugs${FEATURES:+,$FEATURES}"
sim=target/release/neem-sim
table=target/seeded-bugs.md

echo "seeded-bugs: without a fault" >&2
"$sim" --seed "${SEED:-1}" --runs "${CLEAN:-1000}"
echo "seeded-bugs: with each" >&2
"$sim" --prove --seed "${SEED:-1}" --runs "${RUNS:-1000}" | tee "$table"

# The table stands between two marks.
awk -v table="$table" '
  /<!-- seeded-bugs -->/ { print; print ""; while ((getline line < table) > 0) print line; print ""; skipping = 1; next }
  /<!-- \/seeded-bugs -->/ { skipping = 0 }
  !skipping
' docs/simulation.md > target/simulation.md
mv target/simulation.md docs/simulation.md

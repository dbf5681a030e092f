#!/usr/bin/env bash
# Runs the app: in a window where there is a display, else in a virtual display with a picture of it.
#
#   scripts/run.sh PROGRAM
set -euo pipefail

if [ "${1:-}" = --watched ]; then
  program=$2
  picture=$3
  "$program" &
  app=$!
  trap 'kill "$app" 2>/dev/null || true' EXIT
  # Painted: many colours, and the same picture twice in a row.
  before=
  for _ in $(seq 120); do
    kill -0 "$app" 2>/dev/null || break
    sleep 0.5
    import -silent -window root "$picture" 2>/dev/null || continue
    now=$(identify -format '%k %#' "$picture")
    if [ "${now%% *}" -gt 40 ] && [ "$now" = "$before" ]; then break; fi
    before=$now
  done
  if kill -0 "$app" 2>/dev/null; then
    echo "Neem runs. A picture of its window: $picture"
    echo "Stop it with Ctrl+C."
  else
    echo "Neem ended before its window was painted; what it said is above." >&2
  fi
  code=0
  wait "$app" || code=$?
  exit "$code"
fi

program=$1
if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
  if [ "$(uname -s)" = Linux ]; then
    echo "Neem keeps its data in ${NEEM_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/org.neem.clinic} (NEEM_DATA_DIR sets another folder)."
  fi
  exec "$program"
fi

here=$(cd "$(dirname "$0")" && pwd)
picture=$(cd "$here/.." && pwd)/target/screens/run.png
mkdir -p "$(dirname "$picture")"
# Apart from the real data folder, because its key lies in this desktop's keyring, which has no password.
export NEEM_DESKTOP_HOME="${XDG_DATA_HOME:-$HOME/.local/share}/neem-without-display"
echo "This machine has no display, so Neem runs in a virtual one that nobody sees (1366x768)."
echo "Its data and its keyring are in ${NEEM_DATA_DIR:+$NEEM_DATA_DIR and }$NEEM_DESKTOP_HOME (NEEM_DATA_DIR sets another folder for the data)."
# Whoever ends this script ends the app and its desktop with it.
"$here/with-desktop.sh" "$here/run.sh" --watched "$program" "$picture" &
desktop=$!
trap 'kill -TERM "$desktop" 2>/dev/null || true' INT TERM HUP
code=0
wait "$desktop" || code=$?
# A signal interrupts the first wait; the second sees the desktop down.
wait "$desktop" 2>/dev/null || true
# Ctrl+C is the ordinary way to stop.
if [ "$code" -eq 130 ] || [ "$code" -eq 143 ]; then exit 0; fi
exit "$code"

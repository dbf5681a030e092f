#!/usr/bin/env bash
# Runs a command in a desktop of its own: a virtual display, a session bus and an open keyring, so
# that neither the tests nor a try-out touch the keyring or the windows of whoever is signed in.
#
#   scripts/with-desktop.sh COMMAND…                         everything is forgotten afterwards
#   NEEM_DESKTOP_HOME=FOLDER scripts/with-desktop.sh COMMAND…    keyring and app data stay in FOLDER
set -euo pipefail

if [ "${1:-}" = --on-the-bus ]; then
  shift
  # The empty line on standard input is the password of the keyring.
  printf '\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  exec "$@" >&4 2>&3 3>&- 4>&-
fi

if ! command -v Xvfb >/dev/null; then
  # Windows and macOS have a desktop and a keyring always.
  exec "$@"
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/neem-desktop.XXXXXX")
display_pid=
session_pid=
clean_up() {
  trap - EXIT INT TERM HUP
  # Only what this script has started.
  if [ -n "$session_pid" ]; then kill -- "-$session_pid" 2>/dev/null || true; fi
  if [ -n "$session_pid" ]; then wait "$session_pid" 2>/dev/null || true; fi
  if [ -n "$display_pid" ]; then kill "$display_pid" 2>/dev/null || true; fi
  if [ -n "$display_pid" ]; then wait "$display_pid" 2>/dev/null || true; fi
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Only who has the cookie may look at the display.
export XAUTHORITY="$scratch/xauthority"
number=99
for (( ; number < 400; number++)); do
  [ -e "/tmp/.X$number-lock" ] && continue
  : >"$XAUTHORITY"
  xauth -q -f "$XAUTHORITY" add ":$number" . "$(mcookie)"
  Xvfb ":$number" -screen 0 1366x768x24 -nolisten tcp -noreset -auth "$XAUTHORITY" >"$scratch/display.log" 2>&1 &
  display_pid=$!
  for _ in $(seq 100); do
    [ -S "/tmp/.X11-unix/X$number" ] && kill -0 "$display_pid" 2>/dev/null && break 2
    kill -0 "$display_pid" 2>/dev/null || break
    sleep 0.1
  done
  # Somebody else took the number in between: the next one.
  kill "$display_pid" 2>/dev/null || true
  wait "$display_pid" 2>/dev/null || true
  display_pid=
done
if [ -z "$display_pid" ]; then
  echo "with-desktop: the virtual display did not start:" >&2
  cat "$scratch/display.log" >&2
  exit 1
fi

export DISPLAY=":$number" GDK_BACKEND=x11 NO_AT_BRIDGE=1
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL
# Here the bus and the keyring have their sockets, and the keyring and WebKit their files.
export XDG_RUNTIME_DIR="$scratch/run"
mkdir -m 700 "$XDG_RUNTIME_DIR"
export XDG_DATA_HOME="${NEEM_DESKTOP_HOME:-$scratch/data}"
mkdir -p -m 700 "$XDG_DATA_HOME"

# A process group of its own, so that all of it and nothing else can be ended. The bus chatters;
# the command's own words pass by it.
set -m
dbus-run-session -- "$0" --on-the-bus "$@" </dev/null 3>&2 4>&1 >"$scratch/bus.log" 2>&1 &
session_pid=$!
set +m
code=0
wait "$session_pid" || code=$?
exit "$code"

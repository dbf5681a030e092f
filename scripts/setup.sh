#!/usr/bin/env bash
# Makes a machine ready to build, run and test Neem. Does nothing, quickly, when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# What the app links with, what its window tests need, and what shows a picture of it without a display.
packages=(
  build-essential pkg-config libssl-dev libwebkit2gtk-4.1-dev
  webkit2gtk-driver xvfb xauth dbus dbus-x11 gnome-keyring poppler-utils imagemagick
  # The tests of the hub start a server of their own from it; the one that the package starts is not used.
  postgresql
)

say() { printf 'setup: %s\n' "$*" >&2; }

for tool in cargo node npm; do
  if ! command -v "$tool" >/dev/null; then
    say "$tool is missing. Neem needs Rust 1.95 or newer (https://rustup.rs) and Node 20 or newer (https://nodejs.org)."
    exit 1
  fi
done

if [ "$(uname -s)" = Linux ]; then
  if command -v dpkg-query >/dev/null; then
    # A line of the form "ii  name" for each package that is there, whatever its architecture.
    present=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "${packages[@]}" 2>/dev/null || true)
    missing=()
    for package in "${packages[@]}"; do
      grep -qE "^ii +$package\$" <<<"$present" || missing+=("$package")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
      say "installing ${missing[*]}"
      as_root=()
      if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
          say "neither root nor sudo. Ask somebody who is to run: apt-get install ${missing[*]}"
          exit 1
        fi
        as_root=(sudo)
      fi
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    fi
  else
    say "this is no Debian: if the build fails, install what corresponds to: ${packages[*]}"
  fi
fi

# The stamp holds the lock file that the installed packages belong to.
if ! cmp -s ui/package-lock.json ui/node_modules/.installed-lock; then
  say "installing the packages of the screens"
  (cd ui && npm ci --no-audit --no-fund --loglevel=error)
  cp ui/package-lock.json ui/node_modules/.installed-lock
fi

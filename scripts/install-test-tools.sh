#!/usr/bin/env bash
# Installs the programs that tests use as real counterparts, where they are missing and apt can bring them.
# What cannot be installed is named; its tests are skipped and say so. The gateway itself needs none of them.
set -euo pipefail
cd "$(dirname "$0")/.."

# program:package
wanted=(
  jq:jq
  bc:bc
  curl:curl
  etcd:etcd-server
  chromium:chromium
  nginx:nginx-light
  websocketd:websocketd
)

missing=()
for entry in "${wanted[@]}"; do
  # Servers live in sbin, which is not on every PATH.
  PATH="$PATH:/usr/sbin:/sbin" command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
done

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)

if [ "${#missing[@]}" -gt 0 ]; then
  if ! command -v apt-get >/dev/null || ! { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo "install-test-tools: not installed, and no apt here to install them: ${missing[*]}" >&2
  else
    echo "install-test-tools: installing ${missing[*]}" >&2
    log="$(mktemp)"
    if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
      apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
      echo "install-test-tools: apt-get failed; tests that need ${missing[*]} will be skipped:" >&2
      tail -n 5 "$log" >&2
    fi
    rm -f "$log"
  fi
fi

if [ -f tests/js/package-lock.json ]; then
  if ! command -v npm >/dev/null; then
    echo "install-test-tools: npm is missing; tests with clients from Node.js will be skipped" >&2
  elif [ ! -d tests/js/node_modules ] || [ tests/js/package-lock.json -nt tests/js/node_modules ]; then
    (cd tests/js && npm ci --no-audit --no-fund --loglevel=error >&2 && touch node_modules)
  fi
fi

scripts/install-conformance-runner.sh

#!/usr/bin/env bash
# The one entry to building this repository; what each command does stands in the ## line above it.
set -euo pipefail
cd "$(dirname "$0")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off
# Build nodes outlive the command and hold memory that tests and benchmarks want.
export MSBUILDDISABLENODEREUSE=1
solution=Gateway.sln
configuration="${CONFIGURATION:-Release}"

restored() { dotnet restore "$solution" --verbosity quiet; }

## build            restores and builds everything, warnings as errors
cmd_build() {
  restored
  dotnet build "$solution" --configuration "$configuration" --no-restore --verbosity quiet "$@"
}

## test [ARGS]      installs what tests need, builds, runs every test; ARGS go to dotnet test (--filter …)
cmd_test() {
  scripts/install-test-tools.sh
  cmd_build
  results="$(mktemp -d)"
  # Tests that have a table to show write it here; it is printed before the sum.
  export TEST_REPORTS="$results/reports"
  mkdir "$TEST_REPORTS"
  trap 'rm -rf "$results"' EXIT
  local project name status=0
  # One after the other: suites that measure or wait on signals want the machine for themselves.
  for project in tests/*Tests/*.csproj; do
    name="$(basename "$project" .csproj)"
    dotnet test "$project" --configuration "$configuration" --no-build --verbosity quiet \
      --logger "trx;LogFileName=$name.trx" --results-directory "$results" "$@" || status=1
    [ -f "$results/$name.trx" ] || { echo "build.sh: $name left no result" >&2; status=1; }
  done
  find "$TEST_REPORTS" -type f -name '*.md' -exec cat {} +
  scripts/sum-test-results.sh "$results" || status=1
  return "$status"
}

## bench [ARGS]     measures the gateway beside its peers (--help after bench lists the choices)
cmd_bench() {
  dotnet run --project bench/Load --configuration Release --verbosity quiet -- "$@"
}

## demo [ARGS]      starts the sample backends and the gateway on http://127.0.0.1:8080
cmd_demo() {
  dotnet run --project samples/Demo --verbosity quiet -- "$@"
}

## help             prints this
cmd_help() {
  echo "usage: ./build.sh COMMAND"
  sed -n 's/^## /  /p' "$0"
}

command="${1:-help}"
[ "$#" -gt 0 ] && shift
case "$command" in
  build | test | bench | demo | help) "cmd_$command" "$@" ;;
  -h | --help) cmd_help ;;
  *)
    echo "build.sh: no command '$command'" >&2
    cmd_help >&2
    exit 2
    ;;
esac

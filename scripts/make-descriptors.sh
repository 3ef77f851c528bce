#!/usr/bin/env bash
# Writes the descriptor sets of the samples (config/protos/*.binpb), of the bench, of the etcd tutorial and of the
# conformance tests from their .proto files.
#
#   scripts/make-descriptors.sh            write them
#   scripts/make-descriptors.sh --check    exit 1 when a committed set is not what its source gives
#
# The compiler is the one that also generates the samples' code: Grpc.Tools, from the NuGet cache.
set -euo pipefail
cd "$(dirname "$0")/.."

version() { sed -n "s/.*PackageVersion Include=\"$1\" Version=\"\([^\"]*\)\".*/\1/p" Directory.Packages.props; }

packages="${NUGET_PACKAGES:-$HOME/.nuget/packages}"
tools="$packages/grpc.tools/$(version Grpc.Tools)"
common="$packages/google.api.commonprotos/$(version Google.Api.CommonProtos)/content/protos"

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) protoc="$tools/tools/linux_x64/protoc" ;;
  Linux-aarch64) protoc="$tools/tools/linux_arm64/protoc" ;;
  Darwin-*) protoc="$tools/tools/macosx_x64/protoc" ;;
  *) echo "make-descriptors: no protoc for $(uname -s) $(uname -m) in Grpc.Tools" >&2; exit 1 ;;
esac
[ -f "$protoc" ] || { echo "make-descriptors: $protoc is missing; run dotnet restore first" >&2; exit 1; }
# NuGet unpacks without the execute bit; run a copy rather than change the cache.
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
install -m 755 "$protoc" "$work/protoc"

stale=0
# compile SET ROOT FILE...: one self-contained set, imports included.
compile() {
  local set="$1" root="$2"
  shift 2
  "$work/protoc" -I "$root" -I "$common" -I "$tools/build/native/include" \
    --include_imports --descriptor_set_out="$work/set" "$@"
  if [ "$mode" = check ]; then
    cmp -s "$work/set" "$set" || {
      echo "$set is not current; run scripts/make-descriptors.sh" >&2
      stale=1
    }
  else
    install -D -m 644 "$work/set" "$set"
    echo "$set"
  fi
}

mode=write
[ "${1:-}" = --check ] && mode=check
compile config/protos/library.binpb samples/Library/protos library/v1/library.proto library/v1/behaviours.proto
compile config/protos/linetool.binpb samples/LineTool/protos tools/v1/linetool.proto
compile samples/Chat/chat.binpb samples/Chat/protos chat/v1/chat.proto
compile bench/Load/bench.binpb bench/LoadBackend/protos bench/v1/bench.proto
compile docs/tutorials/etcd/etcd.binpb docs/tutorials/etcd/protos rpc.proto
compile tests/Transcoders.Conformance/test-messages.binpb tests/Transcoders.Conformance/Protos \
  google/protobuf/test_messages_{proto2,proto3,proto2_editions,proto3_editions,edition2023}.proto
exit "$stale"

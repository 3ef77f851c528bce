#!/usr/bin/env bash
# Writes protos/ from the npm package etcd3, whose copies of etcd's .proto files carry google.api.http annotations.
# They are written for a compiler that forgives a missing import and a "./" in one; protoc does not, so both are mended.
# The values of enums have names of their own there (NotEqual); they get etcd's (NOT_EQUAL), which its JSON has.
# Two methods share one path there, Hash and HashKV; HashKV gets the path it has since etcd 3.5.
# Afterwards scripts/make-descriptors.sh writes etcd.binpb.
set -euo pipefail
cd "$(dirname "$0")"
version=1.1.2

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
package="$(cd "$work" && npm pack --silent "etcd3@$version")"
tar -xzf "$work/$package" -C "$work"
mkdir -p protos
for file in rpc kv auth; do
  sed -e 's|import "\./|import "|' \
    -e '/enum [A-Za-z]* {/,/}/ { s/^\([ \t]*[A-Za-z]*[a-z]\)\([A-Z][a-z]*[ ]*=\)/\1_\2/; s/^\([ \t]*[A-Za-z_]*\)\([ ]*=\)/\U\1\E\2/ }' \
    "$work/package/proto/$file.proto" >"protos/$file.proto"
done
sed -i 's|^import "auth.proto";$|&\nimport "google/api/annotations.proto";|' protos/rpc.proto
sed -i '/rpc HashKV(/,/}/ s|/v3/maintenance/hash"|/v3/maintenance/hashkv"|' protos/rpc.proto
cp "$work/package/LICENSE" protos/LICENSE

#!/usr/bin/env bash
# The chat with everybody in it. Starts the backend and the gateway, and lets three programs join the room "lobby":
# a listener (curl, SSE), a gRPC client that welcomes whoever comes, and a shell tool (stdio) that says what you type.
# Prints what each of them sees, and the address for browsers. The end of the input, or Ctrl+C, ends all of it.
#
# Ports: CHAT_PORT (8090), CHAT_ADMIN_PORT (8091), CHAT_RPC_PORT (50061), CHAT_PAGE_PORT (50062). Needs curl and jq.
set -euo pipefail
cd "$(dirname "$0")/../.."

port="${CHAT_PORT:-8090}" admin="${CHAT_ADMIN_PORT:-8091}" rpc="${CHAT_RPC_PORT:-50061}" page="${CHAT_PAGE_PORT:-50062}"
url="http://127.0.0.1:$port"

# A variable with the path of a key overrides the file.
export Urls="$url"
export Admin__Urls="http://127.0.0.1:$admin"
export ReverseProxy__Clusters__chat__Destinations__a__Address="http://127.0.0.1:$rpc"
export ReverseProxy__Clusters__page__Destinations__a__Address="http://127.0.0.1:$page"

work="$(mktemp -d)"
# What runs in the background has neither: the terminal's output, and its input.
exec 3>&1 4<&0
running=()
finish() {
  trap - EXIT INT TERM
  for id in "${running[@]}"; do
    kill "$id" 2>/dev/null || true
  done
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# await WHAT COMMAND...: until the command succeeds, three minutes at most: `dotnet run` may build first.
await() {
  local what="$1"
  shift
  for ((i = 0; i < 1800; i++)); do
    if "$@" >/dev/null 2>&1; then
      return
    fi
    sleep 0.1
  done
  echo "chat.sh: $what did not come up:" >&2
  cat "$work/log" >&2
  exit 1
}

# show NAME FILTER: each line as `NAME | member: text`, as soon as it comes.
show() {
  jq --unbuffered -Rr --arg name "$1" '(if startswith("data: ") then .[6:] else . end)
    | try fromjson catch empty | select(.member) | "\($name) | \(.member): \(.text)"'
}

dotnet run --project samples/Chat -- "$rpc" "$page" >"$work/log" 2>&1 &
running+=($!)
await "the backend" curl -fs "http://127.0.0.1:$page/"
dotnet run --project src/Gateway -- samples/Chat/gateway.json >>"$work/log" 2>&1 &
running+=($!)
await "the gateway" curl -fs "$Admin__Urls/health/ready"

# 1. SSE: it only listens. Its first line says that it does.
curl -sN -H 'Accept: text/event-stream' "$url/v1/rooms/lobby:listen" >"$work/events" &
running+=($!)
await "the listener" grep -q retry "$work/events"
tail -f -n +1 "$work/events" > >(show "curl ") &
running+=($!)

# 2. gRPC: it hears what everybody says, and answers "is here".
mkfifo "$work/welcomes"
dotnet run --project samples/Clients -- grpc "$url" chat.v1.Chat/Join <>"$work/welcomes" > >(
  tee >(show "grpc " >&3) | jq --unbuffered -c 'select(.text == "is here" and .member != "greta") | {text: "welcome, \(.member)"}' >"$work/welcomes") &
running+=($!)
echo '{"room":"lobby","member":"greta"}' >"$work/welcomes"
await "the gRPC client" grep -q greta "$work/events"

# 3. stdio: jq makes messages of what is typed, and the gateway's own stdin and stdout are the call.
mkfifo "$work/said"
jq --unbuffered -nRc '{room: "lobby", member: "shell"}, (inputs | {text: .})' <&4 >"$work/said" &
running+=($!)
dotnet run --project src/Gateway -- call samples/Chat/gateway.json chat.v1.Chat/Join <"$work/said" > >(show "shell") &
call=$!
running+=("$call")
await "the shell tool" grep -q '"member":"shell"' "$work/events"

echo "chat.sh: open $url/?room=lobby&member=ann in as many browsers as you like; what you type here is said by shell"
# A call in the foreground would keep signals waiting.
wait "$call"

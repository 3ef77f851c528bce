#!/usr/bin/env bash
# library.v1.Behaviours of jq, sed and a shell: a process for each call, a message a line.
case "$GATEWAY_METHOD" in
  */Echo) exec jq -c --unbuffered '{text: .text, metadata: [{key: "x-team", value: (env.GW_MD_X_TEAM // "")}]}' ;;
  */Stream) exec jq -c --unbuffered 'range(.count) | {index: (. + 1)}' ;;
  */Collect) exec jq -nc '[inputs.text] | {count: length, texts: .}' ;;
  */Chat) exec sed -u 's/"text":"\([^"]*\)"/"text":"<\1>"/' ;;
  */Hang) exec sleep 1000 ;;
  */Fail)
    echo '{"code":5,"message":"no such book","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"GONE"}]}' >&2
    exit 1
    ;;
esac

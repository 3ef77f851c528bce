"""A CGI program (RFC 3875): reports what it was asked, or redirects, or fails."""
import json
import os
import sys

path = os.environ.get("PATH_INFO", "")
body = sys.stdin.read(int(os.environ.get("CONTENT_LENGTH") or 0))
if path == "/missing":
    print("Status: 404 Not Found\nContent-Type: text/plain\n\nnothing here", end="")
elif path == "/crash":
    raise SystemExit(3)
else:
    print("Content-Type: application/json\nX-Program: python\n")
    print(json.dumps({
        "method": os.environ["REQUEST_METHOD"], "path": path, "query": os.environ.get("QUERY_STRING", ""),
        "type": os.environ.get("CONTENT_TYPE", ""), "team": os.environ.get("HTTP_X_TEAM", ""), "body": body}), end="")

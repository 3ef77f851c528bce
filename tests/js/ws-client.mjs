// A WebSocket client driven by lines: node ws-client.mjs URL [OPTIONS]
// OPTIONS is JSON: {"protocols":[…],"headers":{…},"deflate":true}. Lines of stdin, each a JSON object, say what to do:
//   {"text":T} {"binary":BASE64} {"fragments":[T,…]} {"ping":T} {"close":CODE,"reason":T}
// Each line of stdout is what happened: {"open":{"protocol","deflate"}} {"refused":STATUS,"body":T} {"text":T}
//   {"binary":BASE64} {"pong":T} {"close":CODE,"reason":T}. Ends with the socket.
import { createInterface } from "node:readline";
import WebSocket from "ws";

const [url, options] = process.argv.slice(2);
const { protocols = [], headers = {}, deflate = false } = JSON.parse(options ?? "{}");
const tell = what => console.log(JSON.stringify(what));
const socket = new WebSocket(url, protocols, { headers, perMessageDeflate: deflate });

socket.on("unexpected-response", (_, response) => {
  let body = "";
  response.on("data", piece => body += piece).on("end", () => {
    tell({ refused: response.statusCode, body });
    process.exit(0);
  });
});
socket.on("open", () => tell({ open: { protocol: socket.protocol, deflate: socket.extensions.includes("permessage-deflate") } }));
socket.on("message", (data, isBinary) => tell(isBinary ? { binary: data.toString("base64") } : { text: data.toString() }));
socket.on("pong", data => tell({ pong: data.toString() }));
socket.on("error", error => tell({ error: error.message }));
socket.on("close", (code, reason) => {
  tell({ close: code, reason: reason.toString() });
  process.exit(0);
});

createInterface({ input: process.stdin }).on("line", line => {
  const { text, binary, fragments, ping, close, reason } = JSON.parse(line);
  if (text !== undefined) {
    socket.send(text);
  } else if (binary !== undefined) {
    socket.send(Buffer.from(binary, "base64"));
  } else if (fragments !== undefined) {
    fragments.forEach((fragment, index) => socket.send(fragment, { fin: index === fragments.length - 1 }));
  } else if (ping !== undefined) {
    socket.ping(ping);
  } else {
    socket.close(close, reason);
  }
});

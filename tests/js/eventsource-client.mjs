// An EventSource driven by lines: node eventsource-client.mjs URL [NAME…]
// Prints {"open":N} with the number of the connection, {"event":NAME,"id":ID,"data":T} for messages and the NAMEs, and
// {"closed":true,"code":STATUS} when the source gives up. The line "cut" breaks the connection off as a lost network would; {"cut":true} says it is.
import { createInterface } from "node:readline";
import { EventSource } from "eventsource";

const [url, ...names] = process.argv.slice(2);
const tell = what => console.log(JSON.stringify(what));
let opened = 0;
let cut = new AbortController();

// The connection may be lost: its body ends with a failure, and what EventSource does then is its own affair.
const source = new EventSource(url, {
  fetch: async (input, init) => {
    cut = new AbortController();
    const response = await fetch(input, { ...init, signal: AbortSignal.any([init.signal, cut.signal]) });
    tell({ asked: { status: response.status, lastEventId: init.headers["Last-Event-ID"] ?? null } });
    return response;
  },
});
source.onopen = () => tell({ open: ++opened });
for (const name of ["message", ...names]) {
  source.addEventListener(name, event => tell({ event: name, id: event.lastEventId, data: event.data }));
}

source.addEventListener("error", error => {
  if (source.readyState === EventSource.CLOSED) {
    tell({ closed: true, code: error.code ?? null });
    process.exit(0);
  }
});
createInterface({ input: process.stdin }).on("line", () => { cut.abort(new TypeError("connection lost")); tell({ cut: true }); }).on("close", () => process.exit(0));

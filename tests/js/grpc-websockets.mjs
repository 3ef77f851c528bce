// Calls of the Library by the official gRPC-Web client over its WebSocket transport: node grpc-websockets.mjs URL
// Prints a line for each call: its name, its status, and what came.
import { createRequire } from "node:module";
import ws from "ws";

globalThis.WebSocket = ws;
globalThis.self = globalThis;
const { grpc } = createRequire(import.meta.url)("@improbable-eng/grpc-web");
grpc.setDefaultTransport(grpc.WebsocketTransport());

// A message whose first fields are these texts: enough for what is asked here, without generated code.
class Text {
  constructor(...texts) { this.texts = texts; }
  serializeBinary() {
    const fields = this.texts.map((text, index) => [((index + 1) << 3) | 2, text.length, ...new TextEncoder().encode(text)]);
    return new Uint8Array(fields.flat());
  }
}

// An answer, kept as its bytes.
class Bytes {
  constructor(bytes) { this.bytes = bytes; }
  toObject() { return {}; }
  static deserializeBinary(bytes) { return new Bytes(bytes); }
}

const service = { serviceName: "library.v1.Library" };
const method = (methodName, requestStream, responseStream) => ({ methodName, service, requestStream, responseStream, requestType: Text, responseType: Bytes });
const has = (message, text) => new TextDecoder("latin1").decode(message.bytes).includes(text);
const host = process.argv[2];

const run = (name, descriptor, messages, expected) => new Promise(resolve => {
  const client = grpc.client(descriptor, { host });
  let count = 0;
  let found = false;
  client.onMessage(message => {
    count++;
    found ||= has(message, expected);
    if (found && descriptor.requestStream) {
      client.finishSend();
    }
  });
  client.onEnd((status, text, trailers) => {
    console.log(`${name}: ${status} ${count} ${found} ${text}`);
    resolve(trailers);
  });
  client.start(new grpc.Metadata({ "x-team": "red" }));
  for (const message of messages) {
    client.send(message);
  }
  if (!descriptor.requestStream) {
    client.finishSend();
  }
});

await run("unary", method("GetBook", false, false), [new Text("shelves/fiction/books/ulysses")], "James Joyce");
await run("missing", method("GetBook", false, false), [new Text("shelves/fiction/books/none")], "");
await run("unknown", method("NoSuchMethod", false, false), [new Text("x")], "");
await run("duplex", method("Discuss", true, true), [new Text("room-of-the-client", "ann", "hello from the client")], "hello from the client");
process.exit(0);

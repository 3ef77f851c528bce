// A WebSocket server and a gRPC server: node servers.mjs DESCRIPTORS
// Prints {"ws":PORT,"grpc":PORT} when both listen, and a line for each thing that a client alone does not see:
// {"closed":PATH,"code":N} of a socket, {"cancelled":METHOD} of a call, {"began":…} of one that never answers. What a path does stands beside it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import { WebSocketServer } from "ws";

const tell = what => console.log(JSON.stringify(what));

// --- WebSocket -----------------------------------------------------------------------------------------------------

const http = createServer((_, response) => response.writeHead(426).end());
const sockets = new WebSocketServer({
  server: http,
  perMessageDeflate: { threshold: 0 },
  verifyClient: ({ req }, done) => req.url.startsWith("/guarded") && req.headers.authorization !== "Bearer sesame"
    ? done(false, 401, "who are you?", { "Content-Type": "text/plain", "WWW-Authenticate": "Bearer" })
    : done(true),
});
sockets.on("connection", (socket, request) => {
  const { pathname, searchParams } = new URL(request.url, "ws://localhost");
  socket.on("close", code => tell({ closed: pathname, code }));
  const send = message => socket.send(JSON.stringify(message));
  const onMessage = handle => socket.on("message", (data, isBinary) => handle(isBinary ? data : data.toString(), isBinary));
  // A method of one request: the empty text that follows says nothing new.
  const onRequest = handle => socket.once("message", data => handle(JSON.parse(data.toString())));
  switch (pathname) {
    case "/ws/hello": // says what the handshake agreed on
      onMessage(text => send({ text, deflate: socket.extensions.includes("permessage-deflate"), protocol: socket.protocol }));
      break;
    case "/ws/pinged": // answers when the client has answered a ping
      onMessage(() => socket.ping("are you there"));
      socket.on("pong", data => send({ pong: data.toString() }));
      break;
    case "/ws/close": // closes as it is told
      onMessage(() => socket.close(Number(searchParams.get("code")), searchParams.get("reason") ?? ""));
      break;
    case "/ws/ticks": // a few messages, and the end
      for (let n = 1; n <= Number(searchParams.get("n")); n++) {
        send({ n });
      }
      socket.close(1000);
      break;
    case "/ws/fragments": // one message in three pieces
      onMessage(() => ["one ", "two ", "three"].forEach((piece, index) => socket.send(piece, { fin: index === 2 })));
      break;
    case "/library.v1.Behaviours/Echo":
      onRequest(({ text }) => send({ text, metadata: [{ key: "x-team", value: request.headers["x-team"] ?? "" }] }));
      break;
    case "/library.v1.Behaviours/Fail":
      onRequest(() => {
        send({ error: { code: 5, message: "no such book", details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "GONE" }] } });
        socket.close(4404, "NOT_FOUND: no such book");
      });
      break;
    case "/library.v1.Behaviours/Stream":
      onRequest(({ count }) => {
        for (let index = 1; index <= count; index++) {
          send({ index });
        }
        socket.close(1000);
      });
      break;
    case "/library.v1.Behaviours/Collect": { // an empty text is the half-close
      const texts = [];
      onMessage(text => text === "" ? (send({ count: texts.length, texts }), socket.close(1000)) : texts.push(JSON.parse(text).text));
      break;
    }
    case "/library.v1.Behaviours/Chat":
      onMessage(text => text === "" ? socket.close(1000) : socket.send(text));
      break;
    case "/library.v1.Behaviours/Hang":
      onRequest(() => tell({ began: "ws" }));
      break;
    default: // back as it came
      onMessage((data, isBinary) => socket.send(data, { binary: isBinary }));
  }
});

// --- gRPC ----------------------------------------------------------------------------------------------------------

const definitions = loader.loadFileDescriptorSetFromBuffer(readFileSync(process.argv[2]), { longs: String, enums: String, defaults: false });
const metadata = call => Object.entries(call.metadata.getMap()).map(([key, value]) => ({ key, value: String(value) }));
const trailers = { "x-trailer": "at the end" };
const server = new grpc.Server();
server.addService(definitions["library.v1.Behaviours"], {
  Echo(call, answer) {
    const head = new grpc.Metadata();
    head.set("x-server", "grpc-js");
    call.sendMetadata(head);
    answer(null, { text: call.request.text, metadata: metadata(call) }, grpc.Metadata.fromHttp2Headers(trailers));
  },
  Fail(call, answer) {
    // google.rpc.Status { code: 5, message: "gone" } with one ErrorInfo { reason: "GONE" }.
    const any = (type, value) => Buffer.concat([Buffer.from([0x0a, type.length]), Buffer.from(type), Buffer.from([0x12, value.length]), value]);
    const info = any("type.googleapis.com/google.rpc.ErrorInfo", Buffer.from("\x0a\x04GONE", "latin1"));
    const status = Buffer.concat([Buffer.from([0x08, 5, 0x12, 4]), Buffer.from("gone"), Buffer.from([0x1a, info.length]), info]);
    const details = new grpc.Metadata();
    details.set("grpc-status-details-bin", status);
    answer({ code: grpc.status.NOT_FOUND, details: "gone", metadata: details });
  },
  Stream(call) {
    for (let index = 1; index <= (call.request.count ?? 0); index++) {
      call.write({ index });
    }
    call.end(grpc.Metadata.fromHttp2Headers(trailers));
  },
  Collect(call, answer) {
    const texts = [];
    call.on("data", item => texts.push(item.text)).on("end", () => answer(null, { count: texts.length, texts }));
  },
  Chat(call) {
    call.on("data", message => call.write(message)).on("end", () => call.end());
  },
  Hang(call) {
    tell({ began: "grpc" });
    call.on("cancelled", () => tell({ cancelled: "Hang" }));
  },
  State(_, answer) {
    answer({ code: grpc.status.UNIMPLEMENTED, details: "not here" });
  },
});

http.listen(0, "127.0.0.1", () => server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  tell({ ws: http.address().port, grpc: port });
}));
// Whoever started it is gone.
process.stdin.on("end", () => process.exit(0)).resume();
process.on("SIGTERM", () => process.exit(0));

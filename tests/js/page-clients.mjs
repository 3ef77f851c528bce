// Runs in a page: the clients that browsers have, against a gateway of another origin. Bundled by browser-clients.mjs.
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import * as grpcWeb from "grpc-web";
import { registryOf, interop, behaviours, create, toBinary, fromBinary, check } from "./rpc-checks.mjs";

const bytesOf = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));

/// Google's client, in a mode of its wire: `binary` has no streams, `text` has.
async function google(gateway, registry, format) {
  const messages = name => registry.getMessage(`grpc.testing.${name}`);
  const client = new grpcWeb.GrpcWebClientBase({ format });
  const method = (name, type, input, output) => new grpcWeb.MethodDescriptor(
    `/grpc.testing.TestService/${name}`, type, Object, Object,
    request => toBinary(messages(input), request), bytes => fromBinary(messages(output), new Uint8Array(bytes)));
  const unary = method("UnaryCall", "unary", "SimpleRequest", "SimpleResponse");
  const call = (request, metadata = {}) => new Promise((resolve, reject) => {
    const seen = {};
    const stream = client.rpcCall(`${gateway}/grpc.testing.TestService/UnaryCall`, create(messages("SimpleRequest"), request), metadata, unary, (error, answer) =>
      error ? reject(error) : setTimeout(() => resolve({ answer, ...seen })));
    stream.on("metadata", got => (seen.headers = got));
    stream.on("status", got => (seen.status = got));
  });
  const { answer, headers } = await call({ responseSize: 31415, payload: { body: new Uint8Array(27182) } }, { "x-grpc-test-echo-initial": "initial" });
  check(answer.payload.body.length === 31415, "large answer");
  check(headers["x-grpc-test-echo-initial"] === "initial", `headers ${JSON.stringify(headers)}`);
  const error = await call({ responseStatus: { code: 9, message: "no ☺" } }).then(() => undefined, failed => failed);
  check(error?.code === 9 && error.message === "no ☺", `error ${error?.code} ${error?.message}`);
  const late = await call({ responseSize: 1 }, { deadline: String(Date.now() + 20000) });
  check(late.answer.payload.body.length === 1, "with a deadline");
  if (format !== "text") {
    return;
  }

  const output = method("StreamingOutputCall", "server_streaming", "StreamingOutputCallRequest", "StreamingOutputCallResponse");
  const request = create(messages("StreamingOutputCallRequest"), { responseParameters: [{ size: 31415 }, { size: 9 }, { size: 2653 }] });
  const sizes = await new Promise((resolve, reject) => {
    const got = [];
    client.serverStreaming(`${gateway}/grpc.testing.TestService/StreamingOutputCall`, request, {}, output)
      .on("data", message => got.push(message.payload.body.length))
      .on("error", reject)
      .on("end", () => resolve(got));
  });
  check(sizes.join() === "31415,9,2653", `stream ${sizes}`);
}

globalThis.run = async (gateway, interopSet, librarySet, name) => {
  const registry = registryOf(bytesOf(interopSet));
  const library = registryOf(bytesOf(librarySet));
  const transports = {
    "connect json": base => createConnectTransport({ baseUrl: base }),
    "connect proto": base => createConnectTransport({ baseUrl: base, useBinaryFormat: true }),
    "connect get": base => createConnectTransport({ baseUrl: base, useHttpGet: true }),
    "grpc-web": base => createGrpcWebTransport({ baseUrl: base }),
    "grpc-web json": base => createGrpcWebTransport({ baseUrl: base, useBinaryFormat: false }),
  };
  if (name.startsWith("google ")) {
    await google(gateway, registry, name.slice(7));
    return;
  }
  await interop(transports[name](gateway), registry, { streams: false });
  await behaviours(transports[name](`${gateway}/grpc`), library, true);
};

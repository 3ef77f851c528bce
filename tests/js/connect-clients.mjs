// The clients of @connectrpc for Node.js: node connect-clients.mjs GATEWAY INTEROP_SET LIBRARY_SET
// Prints a line for each transport that held, and stops at the first that does not.
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport, compressionGzip } from "@connectrpc/connect-node";
import { registryOf, interop, behaviours, createClient, check } from "./rpc-checks.mjs";

const [gateway, interopSet, librarySet] = process.argv.slice(2);
const registry = registryOf(readFileSync(interopSet));
const library = registryOf(readFileSync(librarySet));
const compressed = { sendCompression: compressionGzip, compressMinBytes: 0 };

const transports = {
  "connect json 1.1": [base => createConnectTransport({ baseUrl: base, httpVersion: "1.1", useBinaryFormat: false }), false],
  "connect proto 1.1": [base => createConnectTransport({ baseUrl: base, httpVersion: "1.1", useBinaryFormat: true }), false],
  "connect json 2": [base => createConnectTransport({ baseUrl: base, httpVersion: "2", useBinaryFormat: false }), true],
  "connect proto 2": [base => createConnectTransport({ baseUrl: base, httpVersion: "2", useBinaryFormat: true }), true],
  "connect gzip 2": [base => createConnectTransport({ baseUrl: base, httpVersion: "2", useBinaryFormat: true, ...compressed }), true],
  "grpc-web 1.1": [base => createGrpcWebTransport({ baseUrl: base, httpVersion: "1.1" }), false],
  "grpc-web json 1.1": [base => createGrpcWebTransport({ baseUrl: base, httpVersion: "1.1", useBinaryFormat: false }), false],
  "grpc-web gzip 2": [base => createGrpcWebTransport({ baseUrl: base, httpVersion: "2", ...compressed }), true],
  "grpc 2": [base => createGrpcTransport({ baseUrl: base, httpVersion: "2" }), true],
  "grpc gzip 2": [base => createGrpcTransport({ baseUrl: base, httpVersion: "2", ...compressed }), true],
};

for (const [name, [open, streams]] of Object.entries(transports)) {
  try {
    await interop(open(gateway), registry, { streams });
    console.log(`${name}: interop`);
  } catch (error) {
    error.message = `${name}: ${error.message}`;
    throw error;
  }
}

// GET, where the method promises that it only looks.
const seen = [];
subscribe("http.client.request.start", ({ request }) => seen.push(request.method));
const getting = createConnectTransport({
  baseUrl: gateway, httpVersion: "1.1", useHttpGet: true, useBinaryFormat: false,
});
const looked = await createClient(registry.getService("grpc.testing.TestService"), getting).cacheableUnaryCall({ responseSize: 9 });
check(looked.payload.body.length === 9 && seen.length > 0 && seen.every(method => method === "GET"), `GET ${seen}`);
console.log("connect get: interop");

// JSON's bodies by a proto schema that a server of another protocol never saw.
for (const backend of ["grpc", "http", "sse", "websocket", "stdio"]) {
  for (const name of ["connect json 1.1", "connect proto 2", "grpc-web 1.1", "grpc 2"]) {
    try {
      await behaviours(transports[name][0](`${gateway}/${backend}`), library, backend === "grpc");
      console.log(`${name}: ${backend}`);
    } catch (error) {
      error.message = `${name} before ${backend}: ${error.message}`;
      throw error;
    }
  }
}
process.exit(0);

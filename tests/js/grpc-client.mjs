// A gRPC client driven by lines: node grpc-client.mjs HOST:PORT DESCRIPTORS
// Lines of stdin, each a JSON object, make one call after the other:
//   {"call":"pkg.Service/Method","metadata":{…},"timeoutMs":N,"gzip":true} {"send":MESSAGE} {"end":true} {"cancel":true}
// Prints {"headers":{…}}, {"message":…} and at last {"status":CODE,"details":T,"trailers":{…},"kinds":["google.rpc.…"]},
// the kinds of grpc-status-details-bin.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const [target, descriptors] = process.argv.slice(2);
const definitions = loader.loadFileDescriptorSetFromBuffer(readFileSync(descriptors), { longs: String, enums: String, defaults: false });
const plainClient = new grpc.Client(target, grpc.credentials.createInsecure());
const gzipClient = new grpc.Client(target, grpc.credentials.createInsecure(), { "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip });
const tell = what => console.log(JSON.stringify(what));
const plain = received => Object.fromEntries(Object.entries(received.getMap()).filter(([name]) => !name.endsWith("-bin")));
const kinds = received => received.get("grpc-status-details-bin").flatMap(bytes => bytes.toString("latin1").match(/google\.rpc\.\w+/g) ?? []);

// The four shapes, by the four calls of the library. A request that stands alone begins its call.
let call;
let begin;
function prepare({ call: path, metadata = {}, timeoutMs, gzip = false }) {
  const client = gzip ? gzipClient : plainClient;
  const [service, method] = path.split("/");
  const { requestStream, responseStream, requestSerialize, responseDeserialize } = definitions[service][method];
  const sent = new grpc.Metadata();
  Object.entries(metadata).forEach(([name, value]) => sent.set(name, value));
  const rest = [`/${path}`, requestSerialize, responseDeserialize];
  const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
  const answer = (error, message) => error ?? tell({ message });
  begin = request => {
    call = requestStream
      ? responseStream ? client.makeBidiStreamRequest(...rest, sent, options) : client.makeClientStreamRequest(...rest, sent, options, answer)
      : responseStream ? client.makeServerStreamRequest(...rest, request, sent, options) : client.makeUnaryRequest(...rest, request, sent, options, answer);
    call.on("metadata", received => tell({ headers: plain(received) }));
    call.on("status", status => setImmediate(() =>
      tell({ status: status.code, details: status.details, trailers: plain(status.metadata), kinds: kinds(status.metadata) })));
    if (responseStream) {
      call.on("data", message => tell({ message })).on("error", () => {});
    }
  };
  if (requestStream) {
    begin();
    begin = undefined;
  }
}

createInterface({ input: process.stdin }).on("line", line => {
  const what = JSON.parse(line);
  if (what.call) {
    prepare(what);
  } else if (what.cancel) {
    call.cancel();
  } else if (what.end) {
    call.end();
  } else if (begin) {
    begin(what.send);
  } else {
    call.write(what.send);
  }
}).on("close", () => process.exit(0));

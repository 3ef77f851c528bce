// A gRPC client that knows no schema beforehand: node reflection-client.mjs HOST:PORT pkg.Service/Method JSON
// Asks the server by reflection what it serves, builds the client from the descriptors, and makes a unary call.
// Prints {"services":[…]} and the answer.
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";
import protobuf from "protobufjs";

const [target, path, json] = process.argv.slice(2);
const [service, method] = path.split("/");
const { root } = protobuf.parse(`syntax = "proto3"; package grpc.reflection.v1;
  message ServerReflectionRequest { oneof message_request { string file_by_filename = 3; string file_containing_symbol = 4; string list_services = 7; } }
  message ServerReflectionResponse { FileDescriptorResponse file_descriptor_response = 4; ListServiceResponse list_services_response = 6; ErrorResponse error_response = 7; }
  message FileDescriptorResponse { repeated bytes file_descriptor_proto = 1; }
  message ListServiceResponse { repeated ServiceResponse service = 1; }
  message ServiceResponse { string name = 1; }
  message ErrorResponse { int32 error_code = 1; string error_message = 2; }`);
const request = root.lookupType("grpc.reflection.v1.ServerReflectionRequest");
const response = root.lookupType("grpc.reflection.v1.ServerReflectionResponse");
const client = new grpc.Client(target, grpc.credentials.createInsecure());

// 1. What is there, and how it is made.
const asking = client.makeBidiStreamRequest("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  value => Buffer.from(request.encode(value).finish()), bytes => response.decode(bytes));
const answers = asking[Symbol.asyncIterator]();
asking.write({ listServices: "*" });
const listed = (await answers.next()).value.listServicesResponse.service.map(each => each.name);
console.log(JSON.stringify({ services: listed }));
asking.write({ fileContainingSymbol: service });
const files = (await answers.next()).value.fileDescriptorResponse.fileDescriptorProto;
asking.end();

// 2. A FileDescriptorSet is these files, each as field 1.
const set = protobuf.Writer.create();
files.forEach(file => set.uint32(10).bytes(file));
const definitions = loader.loadFileDescriptorSetFromBuffer(Buffer.from(set.finish()), { longs: String, enums: String, defaults: false });
const { requestSerialize, responseDeserialize } = definitions[service][method];
client.makeUnaryRequest(`/${path}`, requestSerialize, responseDeserialize, JSON.parse(json), (error, message) => {
  console.log(JSON.stringify(error ? { error: error.message } : message));
  client.close();
});

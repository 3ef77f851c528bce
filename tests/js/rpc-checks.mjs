// What every client of @connectrpc must see through the gateway, whatever its transport: used from Node.js and, bundled, in a page.
import { createClient, ConnectError, Code } from "@connectrpc/connect";
import { createFileRegistry, fromBinary, toBinary, create } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

export const check = (condition, what) => {
  if (!condition) {
    throw new Error(`not so: ${what}`);
  }
};

export const registryOf = bytes => createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));

export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("it did not fail");
}

/// The interoperability service; `streams` where the transport has streams of the client.
export async function interop(transport, registry, { streams }) {
  const client = createClient(registry.getService("grpc.testing.TestService"), transport);
  await client.emptyCall({});

  const zeros = { body: new Uint8Array(271828) };
  let header;
  let trailer;
  const large = await client.unaryCall({ responseSize: 314159, payload: zeros }, {
    headers: { "x-grpc-test-echo-initial": "initial", "x-grpc-test-echo-trailing-bin": "q6ur" },
    onHeader: got => (header = got),
    onTrailer: got => (trailer = got),
  });
  check(large.payload.body.length === 314159, "large answer");
  check(header.get("x-grpc-test-echo-initial") === "initial", "header");
  check(trailer.get("x-grpc-test-echo-trailing-bin")?.replace(/=+$/, "") === "q6ur", `trailer ${[...trailer]}`);

  const sizes = [];
  for await (const answer of client.streamingOutputCall({ responseParameters: [{ size: 31415 }, { size: 9 }, { size: 2653 }] })) {
    sizes.push(answer.payload.body.length);
  }
  check(sizes.join() === "31415,9,2653", `stream ${sizes}`);

  const text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
  const failed = await failure(client.unaryCall({ responseStatus: { code: 2, message: text } }));
  check(failed.code === Code.Unknown && failed.rawMessage === text, `status ${failed}`);
  const inStream = await failure((async () => {
    for await (const answer of client.streamingOutputCall({ responseParameters: [{ size: 1 }], responseStatus: { code: 9, message: "late" } })) {
      check(answer.payload.body.length === 1, "message before the failure");
    }
  })());
  check(inStream.code === Code.FailedPrecondition && inStream.rawMessage === "late", `late ${inStream}`);

  const slow = await failure((async () => {
    for await (const _ of client.streamingOutputCall({ responseParameters: [{ size: 1, intervalUs: -1 }] }, { timeoutMs: 100 })) {
      // Never.
    }
  })());
  check(slow.code === Code.DeadlineExceeded, `deadline ${slow}`);
  check((await failure(client.unimplementedCall({}))).code === Code.Unimplemented, "unimplemented method");
  const other = createClient(registry.getService("grpc.testing.UnimplementedService"), transport);
  check((await failure(other.unimplementedCall({}))).code === Code.Unimplemented, "unimplemented service");
  if (!streams) {
    return;
  }

  const sum = await client.streamingInputCall((async function* () {
    for (const size of [27182, 8, 1828, 45904]) {
      yield { payload: { body: new Uint8Array(size) } };
    }
  })());
  check(sum.aggregatedPayloadSize === 74922, `sum ${sum.aggregatedPayloadSize}`);

  // Ping-pong: each request is sent when the answer before it has come.
  const asked = [];
  let wake;
  const ask = size => {
    asked.push(size);
    wake?.();
  };
  const answers = client.fullDuplexCall((async function* () {
    for (;;) {
      while (asked.length === 0) {
        await new Promise(resolve => (wake = resolve));
      }
      const size = asked.shift();
      if (size === 0) {
        return;
      }
      yield { responseParameters: [{ size }] };
    }
  })())[Symbol.asyncIterator]();
  for (const size of [31415, 9, 2653]) {
    ask(size);
    check((await answers.next()).value.payload.body.length === size, `pong ${size}`);
  }
  ask(0);
  check((await answers.next()).done, "end");
}

/// library.v1.Behaviours behind any protocol: one answer, a stream, an error with its details.
export async function behaviours(transport, registry, hasDetails) {
  const client = createClient(registry.getService("library.v1.Behaviours"), transport);
  const answer = await client.echo({ text: "grüße" });
  check(answer.text === "grüße", `echo ${answer.text}`);
  const indexes = [];
  for await (const message of client.stream({ count: 3 })) {
    indexes.push(Number(message.index));
  }
  check(indexes.length === 3 && indexes[2] === indexes[0] + 2, `stream ${indexes}`);
  const failed = await failure(client.fail({ failure: { code: 5, message: "no item", details: true } }));
  check(failed.code === Code.NotFound && failed.rawMessage === "no item", `failure ${failed}`);
  if (hasDetails) {
    const info = failed.details.find(({ type }) => type === "google.rpc.ErrorInfo");
    check(info?.value.length > 0, `details ${failed.details.map(({ type }) => type)}`);
  }
}

export { create, toBinary, fromBinary, createClient, Code };

using System.Buffers.Binary;
using Transcoders.Calls;
using Transcoders.Conformance;

// The program that the protobuf conformance runner tests: reads requests from standard input, writes answers to
// standard output, each behind its length in four little-endian bytes, until the input ends.
var testee = new Testee(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "test-messages.binpb")));
await using var input = Console.OpenStandardInput();
await using var output = Console.OpenStandardOutput();
var length = new byte[sizeof(int)];
using var answer = new PayloadBuffer(int.MaxValue / 2);
while (await input.ReadAtLeastAsync(length, sizeof(int), throwOnEndOfStream: false) == sizeof(int))
{
    var request = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
    await input.ReadExactlyAsync(request);

    answer.Clear();
    answer.Write(length);
    testee.Answer(ConformanceRequest.Read(request), answer);
    BinaryPrimitives.WriteInt32LittleEndian(answer.Raw, answer.Length - sizeof(int));
    await output.WriteAsync(answer.WrittenMemory);
    await output.FlushAsync();
}

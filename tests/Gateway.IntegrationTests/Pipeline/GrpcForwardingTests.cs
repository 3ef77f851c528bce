using System.Net;
using System.Net.Http.Headers;
using Gateway.IntegrationTests.Hosting;
using Gateway.IntegrationTests.Matrix.Edges;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Samples.Library.V1;

namespace Gateway.IntegrationTests.Pipeline;

/// <summary>gRPC to gRPC goes through YARP's forwarder, with everything that gRPC has.</summary>
public sealed class GrpcForwardingTests(PipelineFixture fixture) : GatewayTest<PipelineFixture>(fixture)
{
    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    public async Task FullDuplex_FlowsMessageByMessage(string contentType)
    {
        var content = new PushContent();
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        var request = new HttpRequestMessage(HttpMethod.Post, "/library.v1.Behaviours/Chat")
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "te", "trailers" } },
        };
        var sending = Gateway.Http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Wait.Token());
        await content.WriteAsync(Frame(new ChatMessage { Key = Key, Text = "one" }), Wait.Token());
        using var response = await sending;
        var answers = await response.Content.ReadAsStreamAsync();
        Assert.Equal("one", (await ReadAsync(answers)).Text);

        // The second answer is read before anything else is said: nothing may hold a message back.
        await content.WriteAsync(Frame(new ChatMessage { Text = "two" }), Wait.Token());
        Assert.Equal("two", (await ReadAsync(answers)).Text);
        content.Close();
        Assert.Equal(0, await answers.ReadAsync(new byte[1], Wait.Token()));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        await Fixture.Library.Ledger.WaitAsync(Key, static counters => counters is { Completed: 1, HalfClosed: 1 }, Wait.Token());
    }

    [Fact]
    public async Task TrailersOnly_Passes()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var client = new Behaviours.BehavioursClient(channel);
        var failure = new Failure { Code = 5, Message = "no item a", Details = true, Trailers = { ["x-cost"] = "4", ["x-raw-bin"] = "raw" } };
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.FailAsync(new FailRequest { Key = Key, Failure = failure }, cancellationToken: Wait.Token()));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("no item a", error.Status.Detail);
        Assert.Equal("4", error.Trailers.GetValue("x-cost"));
        Assert.Equal("raw"u8.ToArray(), error.Trailers.GetValueBytes("x-raw-bin"));
        Assert.Equal(4, Google.Rpc.Status.Parser.ParseFrom(error.Trailers.GetValueBytes("grpc-status-details-bin")).Details.Count);
    }

    [Fact]
    public async Task Deadline_ReachesTheBackend()
    {
        using var channel = GrpcChannel.ForAddress(Gateway.Url);
        var client = new Behaviours.BehavioursClient(channel);
        var reply = await client.EchoAsync(new EchoRequest { Key = Key }, deadline: DateTime.UtcNow.AddSeconds(15), cancellationToken: Wait.Token());
        Assert.NotEqual("", reply.GrpcTimeout);
    }

    private static byte[] Frame(ChatMessage message)
    {
        var payload = message.ToByteArray();
        var frame = new byte[5 + payload.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    private static async Task<ChatMessage> ReadAsync(Stream stream)
    {
        var prefix = new byte[5];
        await stream.ReadExactlyAsync(prefix, Wait.Token());
        var payload = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await stream.ReadExactlyAsync(payload, Wait.Token());
        return ChatMessage.Parser.ParseFrom(payload);
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gateway.Own;
using Transcoders.Calls;

namespace Gateway.Tests.Own;

public sealed class OwnCallTests
{
    private static readonly Message Request = new(new byte[] { 1, 2 }, PayloadFormat.Protobuf);

    [Fact]
    public async Task Answers_EndWithOk()
    {
        await using var call = new OwnCall(EchoAsync, CancellationToken.None);
        await call.WriteAsync(Request, last: true, CancellationToken.None);

        Assert.Equal([1, 2], (await call.ReadAsync(CancellationToken.None))!.Value.Payload.ToArray());
        Assert.Null(await call.ReadAsync(CancellationToken.None));
        Assert.True(call.Status.IsOk);
    }

    [Fact]
    public async Task DisposedWhileItIsRead_TheMethodEndsFirst()
    {
        var hasEnded = false;
        var call = new OwnCall(WaitAsync, CancellationToken.None);
        await call.WriteAsync(Request, last: true, CancellationToken.None);
        var read = call.ReadAsync(CancellationToken.None).AsTask();

        await call.DisposeAsync();

        Assert.True(hasEnded);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);

        async IAsyncEnumerable<byte[]> WaitAsync(ChannelReader<byte[]> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken); // Ends by its token alone.
                yield break;
            }
            finally
            {
                hasEnded = true;
            }
        }
    }

    [Fact]
    public async Task AfterTheEnd_WritesAreRefused()
    {
        await using var call = new OwnCall(RefuseAsync, CancellationToken.None);
        Assert.Null(await call.ReadAsync(CancellationToken.None));
        Assert.Equal(StatusCode.NotFound, call.Status.Code);

        await Assert.ThrowsAsync<IOException>(async () => await call.WriteAsync(Request, last: false, CancellationToken.None));
    }

    private static IAsyncEnumerable<byte[]> EchoAsync(ChannelReader<byte[]> requests, CancellationToken cancellationToken) => requests.ReadAllAsync(cancellationToken);

    private static async IAsyncEnumerable<byte[]> RefuseAsync(ChannelReader<byte[]> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (!cancellationToken.IsCancellationRequested)
        {
            throw new CallException(new CallStatus(StatusCode.NotFound, "no such thing"));
        }

        yield break;
    }
}

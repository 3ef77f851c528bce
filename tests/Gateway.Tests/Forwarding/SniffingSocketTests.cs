using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Gateway.Forwarding;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Forwarding;

public sealed class SniffingSocketTests
{
    [Theory]
    [InlineData("POST / HTTP/1.1\r\n\r\n", SniffedProtocol.Http1)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", SniffedProtocol.Http2)]
    public async Task BytesThatComeOneByOne_AreAllStillThereAfterTheHandover(string bytes, object protocol)
    {
        await using var transport = new PipeTransport();
        var socket = NewSocket();
        await socket.BindAsync(transport, default);
        var client = transport.Connect();

        foreach (var b in Encoding.ASCII.GetBytes(bytes))
        {
            // The reader runs inside the flush: it has looked at each byte before the next comes.
            await client.WriteAsync(new[] { b });
        }

        var connection = await socket.AcceptAsync((SniffedProtocol)protocol, default);
        var received = await connection!.Transport.Input.ReadAsync();
        Assert.Equal(bytes, Encoding.ASCII.GetString(received.Buffer));
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task HalfAPreface_ThenTheEnd_GoesToHttp1()
    {
        await using var transport = new PipeTransport();
        var socket = NewSocket();
        await socket.BindAsync(transport, default);
        var client = transport.Connect();
        await client.WriteAsync("PRI"u8.ToArray());
        await client.CompleteAsync();

        var connection = await socket.AcceptAsync(SniffedProtocol.Http1, default);

        var received = await connection!.Transport.Input.ReadAsync();
        Assert.Equal("PRI", Encoding.ASCII.GetString(received.Buffer));
        Assert.True(received.IsCompleted);
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task FailedAccept_DoesNotEndTheLoop()
    {
        var time = new SignallingTimeProvider();
        await using var transport = new PipeTransport();
        var socket = NewSocket(time);
        await socket.BindAsync(transport, default);

        transport.Fail(new IOException("Too many open files."));
        await time.TimerCreated();
        time.Advance(TimeSpan.FromSeconds(1));
        await transport.Connect().WriteAsync("GET / HTTP/1.1\r\n"u8.ToArray());

        Assert.NotNull(await socket.AcceptAsync(SniffedProtocol.Http1, default));
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task Unbind_EndsBothAccepts_WhicheverHalfAsks()
    {
        await using var transport = new PipeTransport();
        var socket = NewSocket();
        await socket.BindAsync(transport, default);
        var (http1, http2) = (socket.AcceptAsync(SniffedProtocol.Http1, default), socket.AcceptAsync(SniffedProtocol.Http2, default));
        transport.Connect();

        await socket.UnbindAsync();
        await socket.UnbindAsync();

        Assert.Null(await http1);
        Assert.Null(await http2);
        Assert.Equal(0, socket.Waiting);
        await Task.WhenAll(socket.DisposeAsync().AsTask(), socket.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task DisposedWithoutABind_DoesNothing() => await NewSocket().DisposeAsync();

    private static SniffingSocket NewSocket(TimeProvider? time = null) =>
        new(ListenAddress.ParseAll("http://127.0.0.1:0")[0], SniffingOptions.Default, time ?? TimeProvider.System, NullLogger<SniffingSocket>.Instance);

    /// <summary>A transport of pipes whose readers run inside the writer's flush.</summary>
    private sealed class PipeTransport : IConnectionListenerFactory, IConnectionListener
    {
        private static readonly PipeOptions Inline = new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
        private readonly Channel<object?> _accepts = Channel.CreateUnbounded<object?>();

        public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

        public PipeWriter Connect()
        {
            var (input, output) = (new Pipe(Inline), new Pipe(Inline));
            var connection = new PipeConnection(new Duplex(input.Reader, output.Writer));
            Assert.True(_accepts.Writer.TryWrite(connection));
            return input.Writer;
        }

        public void Fail(Exception failure) => Assert.True(_accepts.Writer.TryWrite(failure));

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => await _accepts.Reader.ReadAsync(cancellationToken) switch
        {
            Exception failure => throw failure,
            var connection => (ConnectionContext?)connection,
        };

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _accepts.Writer.TryWrite(null);
            return default;
        }

        public ValueTask DisposeAsync() => default;

        private sealed class PipeConnection(IDuplexPipe transport) : ConnectionContext
        {
            public override string ConnectionId { get; set; } = "c";

            public override IFeatureCollection Features { get; } = new FeatureCollection();

            public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

            public override IDuplexPipe Transport { get; set; } = transport;
        }

        private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
    }
}

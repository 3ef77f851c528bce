using System.Net.WebSockets;
using System.Text;
using Gateway.IntegrationTests.Hosting;

namespace Gateway.IntegrationTests.Sockets;

/// <summary>How a socket with many calls ends.</summary>
public sealed class EnvelopeCloseTests
{
    /// <summary>Often enough that a race between the close frame and the cancelled call shows.</summary>
    private const int Times = 20;

    [Fact]
    public async Task ClientThatClosesOverALiveCall_GetsItsOwnCodeBack()
    {
        await using var gateway = await RunningGateway.StartAsync("""
            { "ReverseProxy": {
                "Routes": { "cat": { "ClusterId": "cat", "Match": { "Path": "/cat" } } },
                "Clusters": { "cat": { "Protocol": "stdio", "Process": { "Command": "cat" } } } } }
            """);
        for (var i = 0; i < Times; i++)
        {
            using var socket = new ClientWebSocket();
            socket.Options.AddSubProtocol("gateway.v1.json");
            await socket.ConnectAsync(gateway.Address("/cat", "ws"), Wait.Token());
            await socket.SendAsync(Encoding.UTF8.GetBytes("""{"t":"start","id":1,"data":"hello"}"""), WebSocketMessageType.Text, endOfMessage: true, Wait.Token());
            var buffer = new byte[1024];
            var received = await socket.ReceiveAsync(buffer, Wait.Token());
            Assert.Contains("hello", Encoding.UTF8.GetString(buffer, 0, received.Count), StringComparison.Ordinal);

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Wait.Token());

            Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        }
    }
}

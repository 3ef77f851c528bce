using System.Text.Json;
using Gateway.IntegrationTests.Hosting;
using Grpc.Core;

namespace Gateway.IntegrationTests.Matrix;

/// <summary>One behaviour in one cell: the edge's client, the backend's eye, and a key of its own.</summary>
internal sealed class Cell(IEdgeDriver edge, IBackendRig backend) : IAsyncDisposable
{
    private readonly List<EdgeCall> _calls = [];

    public IEdgeDriver Edge { get; } = edge;

    public IBackendRig Backend { get; } = backend;

    /// <summary>Both sides speak the same protocol: YARP passes the bytes on, and the gateway does not look into them.</summary>
    public bool IsForwarded => Edge.Edge == Backend.Backend && Edge.Edge != "stdio";

    /// <summary>Under which the backend counts the calls of this behaviour.</summary>
    public string Key { get; } = Guid.NewGuid().ToString("N");

    public async Task<EdgeCall> OpenAsync(CallSpec spec)
    {
        var call = await Edge.OpenAsync(Variants.Rig(Backend.Backend, spec.Variant), spec);
        _calls.Add(call);
        return call;
    }

    /// <summary>A request of this cell's key: the JSON members after it.</summary>
    public string Request(string members = "") => members.Length == 0 ? $"{{\"key\":\"{Key}\"}}" : $"{{\"key\":\"{Key}\",{members}}}";

    public async Task<Seen> SeeAsync(Func<Seen, bool> until)
    {
        try
        {
            return await Backend.WaitAsync(Key, until, Wait.Token());
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The backend has seen only {Backend.Now(Key)}.", e);
        }
    }

    /// <summary>The next message, which must be one.</summary>
    public static async Task<JsonElement> ReadAsync(EdgeCall call)
    {
        var message = await call.ReadAsync();
        if (message is null)
        {
            Assert.Fail($"The call ended before its message: {await call.EndAsync()}");
        }

        return JsonDocument.Parse(message).RootElement;
    }

    /// <summary>The end, which must be this.</summary>
    public async Task<CallEnd> EndAsync(EdgeCall call, StatusCode code)
    {
        var end = await call.EndAsync();
        Assert.True(end.Code == code, $"Ended as {end}, not as {code}.");
        return end;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var call in _calls)
        {
            await call.DisposeAsync();
        }

        // Nothing of the call is left at the backend: no stream, no process.
        await SeeAsync(static seen => seen.Active == 0);
    }
}

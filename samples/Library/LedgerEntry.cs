using Google.Protobuf;
using Grpc.Core;
using Samples.Library.V1;

namespace Samples.Library;

/// <summary>One call in the ledger, from its first message until disposed; what was neither completed nor cancelled has failed.</summary>
internal sealed class LedgerEntry : IDisposable
{
    private readonly CallLedger _ledger;
    private readonly string _key;
    private readonly ServerCallContext _context;
    private bool _completed;

    public LedgerEntry(CallLedger ledger, string key, ServerCallContext context)
    {
        _ledger = ledger;
        _key = key;
        _context = context;
        var headers = Headers(context);
        ledger.Change(key, state =>
        {
            state.Counters.Started++;
            state.Counters.Active++;
            state.Metadata.Clear();
            state.Metadata.AddRange(headers);
            state.Traceparent = context.RequestHeaders.GetValue("traceparent") ?? "";
            state.GrpcTimeout = GrpcTimeout(context);
        });
    }

    public void Received() => _ledger.Change(_key, state => state.Counters.Received++);

    public void Sent() => _ledger.Change(_key, state => state.Counters.Sent++);

    public void HalfClosed() => _ledger.Change(_key, state => state.Counters.HalfClosed++);

    public void Completed() => _completed = true;

    public void Dispose()
    {
        var cancelled = _context.CancellationToken.IsCancellationRequested;
        _ledger.Change(_key, state =>
        {
            var counters = state.Counters;
            counters.Active--;
            counters.Completed += _completed ? 1 : 0;
            counters.Cancelled += !_completed && cancelled ? 1 : 0;
            counters.Failed += !_completed && !cancelled ? 1 : 0;
        });
    }

    public static string GrpcTimeout(ServerCallContext context) =>
        context.GetHttpContext().Request.Headers["grpc-timeout"].ToString();

    public static List<Header> Headers(ServerCallContext context)
    {
        var headers = new List<Header>(context.RequestHeaders.Count);
        foreach (var entry in context.RequestHeaders)
        {
            headers.Add(entry.IsBinary
                ? new Header { Key = entry.Key, ValueBin = ByteString.CopyFrom(entry.ValueBytes) }
                : new Header { Key = entry.Key, Value = entry.Value });
        }

        return headers;
    }
}

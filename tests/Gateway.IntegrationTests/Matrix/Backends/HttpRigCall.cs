using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Matrix.Edges;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Matrix.Backends;

/// <summary>A call over HTTP: a query, a JSON body or NDJSON in; JSON or NDJSON out, `{"result":…}` and `{"error":…}` a line.</summary>
internal class HttpRigCall(HttpContext context) : RigCall
{
    private StreamReader? _body;
    private bool _isRead;

    public override CancellationToken Aborted => context.RequestAborted;

    protected HttpResponse Response => context.Response;

    public override async Task<JsonNode?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_isRead)
        {
            return null;
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            _isRead = true;
            return Query();
        }

        _body ??= new StreamReader(context.Request.Body);
        if (StreamsRequests)
        {
            return await _body.ReadLineAsync(cancellationToken) is { } line ? JsonNode.Parse(line) : null;
        }

        _isRead = true;
        var body = await _body.ReadToEndAsync(cancellationToken);
        return body.Length == 0 ? new JsonObject() : JsonNode.Parse(body);
    }

    public override Task HeadersAsync(IReadOnlyDictionary<string, string> headers)
    {
        foreach (var (name, value) in headers)
        {
            Response.Headers[name] = value;
        }

        return Task.CompletedTask;
    }

    public override async Task WriteAsync(string json, CancellationToken cancellationToken)
    {
        if (!StreamsResponses)
        {
            Response.ContentType = "application/json";
            await Response.WriteAsync(json, cancellationToken);
            return;
        }

        Open();
        await SendAsync($"{{\"result\":{json}}}\n", cancellationToken);
    }

    public override async Task EndAsync(RigFailure? failure, IReadOnlyDictionary<string, string> trailers, CancellationToken cancellationToken)
    {
        if (failure is null)
        {
            if (StreamsResponses)
            {
                Open();
                await Response.StartAsync(cancellationToken);
            }
        }
        else if (Response.HasStarted)
        {
            await SendAsync($"{{\"error\":{failure.Json}}}\n", cancellationToken);
        }
        else
        {
            await RefuseAsync(failure, cancellationToken);
        }
    }

    /// <summary>Answers with the status of the canonical table, and with google.rpc.Status unless it is to be bare.</summary>
    protected async Task RefuseAsync(RigFailure failure, CancellationToken cancellationToken)
    {
        Response.StatusCode = HttpStatuses.Of(failure.Code);
        Response.ContentType = failure.IsBare ? "text/html" : "application/json";
        await Response.WriteAsync(failure.IsBare ? "<h1>No.</h1>" : failure.Json, cancellationToken);
    }

    protected async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        await Response.WriteAsync(text, cancellationToken);
        await Response.Body.FlushAsync(cancellationToken);
    }

    private void Open()
    {
        if (!Response.HasStarted)
        {
            Response.ContentType = "application/x-ndjson";
        }
    }

    /// <summary>`failure.code=5` is `{"failure":{"code":"5"}}`.</summary>
    private JsonObject Query()
    {
        var root = new JsonObject();
        foreach (var (name, values) in context.Request.Query)
        {
            var parts = name.Split('.');
            var at = root;
            foreach (var part in parts[..^1])
            {
                at = (at[part] ??= new JsonObject()).AsObject();
            }

            at[parts[^1]] = values.ToString();
        }

        return root;
    }
}

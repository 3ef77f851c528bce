using Gateway.Bench;
using Gateway.Bench.Backend;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

// What stands behind every proxy of the load bench: gRPC echoes and streams on the HTTP/2 port, HTTP, event streams and WebSockets on the other.
var builder = MeasuredServer.CreateBuilder();
builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
var app = builder.Build();
CellEndpoints.Map(app);
app.MapGrpcService<LoadService>();
app.MapGet("/plain/hello", () => TypedResults.Text("Hello, world"));
app.MapPost("/plain/echo", async (HttpContext context) =>
{
    context.Response.ContentLength = context.Request.ContentLength;
    context.Response.ContentType = context.Request.ContentType;
    await context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter);
});
await MeasuredServer.RunAsync(app);

using Gateway.Bench;
using Gateway.Bench.JsonTranscodingHop;
using Gateway.Bench.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

// The peer: what one would write with ASP.NET today. JSON transcoding in front, Grpc.Net.Client behind.
var builder = MeasuredServer.CreateBuilder();
builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null).AddJsonTranscoding();
builder.Services.AddSingleton(new Load.LoadClient(GrpcChannel.ForAddress(args[0], new GrpcChannelOptions { MaxReceiveMessageSize = null })));
var app = builder.Build();
app.MapGrpcService<ForwardingService>();
await MeasuredServer.RunAsync(app);

using System.Runtime.CompilerServices;
using Gateway.Dispatch;
using Gateway.Edges;
using Gateway.Forwarding;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using System.Diagnostics.Metrics;

namespace Gateway.Tests.Forwarding;

public sealed class ResilienceStepTests
{
    [Fact]
    public void ClusterWithoutResilience_PaysNothing()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var calls = new CallTelemetry(meters);
        var step = new ResilienceStep(new EdgeSelector([]), calls, new ResilienceTelemetry(meters), TimeProvider.System);
        var context = new DefaultHttpContext();
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(RuntimeHelpers.GetUninitializedObject(typeof(CallRoute))), "r"));
        Task answer = new TaskCompletionSource().Task;
        RequestDelegate next = _ => answer;
        Assert.Same(answer, step.InvokeAsync(context, next));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            step.InvokeAsync(context, next);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

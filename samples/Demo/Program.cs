using Samples.Demo;
using Samples.Library;

// 1. What was asked for.
if (!DemoOptions.TryParse(args, out var options, out var text))
{
    (text == DemoOptions.Usage ? Console.Out : Console.Error).WriteLine(text);
    return text == DemoOptions.Usage ? 0 : 2;
}

var commands = DemoCommands.For(options.GatewayUrl, options.AdminUrl);
if (options.PrintOnly)
{
    Console.Out.Write(options.Json ? DemoCommands.ToJson(commands) : DemoCommands.ToText(commands, options));
    return 0;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGTERM,
    signal =>
    {
        signal.Cancel = true;
        stop.Cancel();
    });

try
{
    // 2. The backends, on loopback.
    await using var library = await LibraryServer.StartAsync(options.LibraryPort, stop.Token);
    await using var page = await PageServer.StartAsync(options.PagePort, stop.Token);

    // 3. The gateway in front of them.
    Environment.SetEnvironmentVariable("DEMO_URL", options.GatewayUrl);
    Environment.SetEnvironmentVariable("DEMO_ADMIN", options.AdminUrl);
    Environment.SetEnvironmentVariable("DEMO_LIBRARY", library.Address.ToString());
    Environment.SetEnvironmentVariable("DEMO_PAGE", page.Address.ToString());
    Environment.SetEnvironmentVariable("DEMO_LINETOOL", DemoOptions.LineToolPath());
    await using var gateway = await DemoGateway.StartAsync(Path.Combine(AppContext.BaseDirectory, "gateway.json"), stop.Token);

    // 4. What to try, until Ctrl+C.
    Console.Out.Write(options.Json ? DemoCommands.ToJson(commands) : DemoCommands.ToText(commands, options));
    await Console.Out.FlushAsync();
    await gateway.WaitAsync(stop.Token);
    return 0;
}
catch (IOException error)
{
    // Kestrel's words for a port that is taken name the address.
    Console.Error.WriteLine($"demo: {error.Message} Choose others with --urls, --admin, --library-port and --page-port.");
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}

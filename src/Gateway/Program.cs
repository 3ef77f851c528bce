using Gateway;

await using var host = await GatewayHost.StartAsync(new GatewayHostOptions { File = args.Length > 0 ? args[^1] : "config/gateway.json" }, CancellationToken.None);
await host.WaitForShutdownAsync(CancellationToken.None);
return 0;

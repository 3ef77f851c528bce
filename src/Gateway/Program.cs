using System.CommandLine;
using Gateway.Cli;

// A stop takes as long as its drain: the command line must not end the process before.
return await GatewayCommands.Build().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = GatewayCommands.StopTimeout });

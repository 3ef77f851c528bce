using Gateway.Backends;
using Gateway.Configuration;
using Microsoft.AspNetCore.Hosting.Server;

namespace Gateway;

/// <summary>What the command line decides about a running gateway; everything else is in the file.</summary>
public sealed record GatewayHostOptions
{
    /// <summary>The configuration file.</summary>
    public required string File { get; init; }

    /// <summary>Addresses to listen on instead of the file's; null to use the file's.</summary>
    public string? Urls { get; init; }

    /// <summary>Addresses of the admin port instead of the file's; null to use the file's.</summary>
    public string? AdminUrls { get; init; }

    /// <summary>Variables that override the file; null means the process's own.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Brings the requests in place of listening sockets; there is then no admin port either. Null to listen.</summary>
    public IServer? Server { get; init; }

    /// <summary>The log's console shows warnings and above only, whatever the file says.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Logs go to stderr, because stdout belongs to protocol bytes.</summary>
    public bool LogsToStandardError { get; init; }

    /// <summary>Watches the file and reloads it when it changes.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>The clock of deadlines, delays and watches.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Backends that stand in for those of the same name. Tests speak for a server with one.</summary>
    public IReadOnlyList<BackendRegistration> Backends { get; init; } = [];

    /// <summary>Adds to the log; null for nothing more. Tests listen here.</summary>
    public ILoggerProvider? ExtraLog { get; init; }
}

/// <summary>A configuration that cannot be served.</summary>
public sealed class GatewayConfigException : Exception
{
    public GatewayConfigException(IReadOnlyList<ConfigProblem> problems)
        : base(string.Join(System.Environment.NewLine, problems))
    {
        Problems = problems;
    }

    /// <summary>Everything that is wrong, in the order of the file.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }
}

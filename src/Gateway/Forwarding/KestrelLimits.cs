using Gateway.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace Gateway.Forwarding;

/// <summary>Carries out `Kestrel:Limits` and `Kestrel:AddServerHeader`, which Kestrel's own loader does not read.</summary>
internal static class KestrelLimits
{
    /// <summary>Sets what the section names; the rest keeps Kestrel's defaults. The section has been checked by the reader.</summary>
    /// <param name="options">The server's options.</param>
    /// <param name="kestrel">The `Kestrel` section.</param>
    public static void Apply(KestrelServerOptions options, IConfiguration kestrel)
    {
        var section = new SettingsReader((kestrel as TreeConfiguration)?.Node);
        options.AddServerHeader = section.Flag("AddServerHeader", false);
        ApplyLimits(options.Limits, section.Section("Limits"));
        ApplyHttp2(options.Limits.Http2, section.Section("Limits").Section("Http2"));
    }

    private static void ApplyLimits(KestrelServerLimits limits, SettingsReader section)
    {
        limits.MaxConcurrentConnections = section.Integer("MaxConcurrentConnections") ?? limits.MaxConcurrentConnections;
        limits.MaxConcurrentUpgradedConnections = section.Integer("MaxConcurrentUpgradedConnections") ?? limits.MaxConcurrentUpgradedConnections;
        limits.MaxRequestBodySize = section.Size("MaxRequestBodySize") ?? limits.MaxRequestBodySize;
        limits.MaxRequestBufferSize = section.Size("MaxRequestBufferSize") ?? limits.MaxRequestBufferSize;
        limits.MaxResponseBufferSize = section.Size("MaxResponseBufferSize") ?? limits.MaxResponseBufferSize;
        limits.MaxRequestLineSize = section.Size32("MaxRequestLineSize") ?? limits.MaxRequestLineSize;
        limits.MaxRequestHeadersTotalSize = section.Size32("MaxRequestHeadersTotalSize") ?? limits.MaxRequestHeadersTotalSize;
        limits.MaxRequestHeaderCount = section.Int32("MaxRequestHeaderCount", limits.MaxRequestHeaderCount);
        limits.KeepAliveTimeout = section.Duration("KeepAliveTimeout", limits.KeepAliveTimeout);
        limits.RequestHeadersTimeout = section.Duration("RequestHeadersTimeout", limits.RequestHeadersTimeout);
    }

    private static void ApplyHttp2(Http2Limits limits, SettingsReader section)
    {
        limits.MaxStreamsPerConnection = section.Int32("MaxStreamsPerConnection", limits.MaxStreamsPerConnection);
        limits.HeaderTableSize = section.Size32("HeaderTableSize") ?? limits.HeaderTableSize;
        limits.MaxFrameSize = section.Size32("MaxFrameSize") ?? limits.MaxFrameSize;
        limits.MaxRequestHeaderFieldSize = section.Size32("MaxRequestHeaderFieldSize") ?? limits.MaxRequestHeaderFieldSize;
        limits.InitialConnectionWindowSize = section.Size32("InitialConnectionWindowSize") ?? limits.InitialConnectionWindowSize;
        limits.InitialStreamWindowSize = section.Size32("InitialStreamWindowSize") ?? limits.InitialStreamWindowSize;
        limits.KeepAlivePingDelay = section.Duration("KeepAlivePingDelay", limits.KeepAlivePingDelay);
        limits.KeepAlivePingTimeout = section.Duration("KeepAlivePingTimeout", limits.KeepAlivePingTimeout);
    }
}

using System.Diagnostics.CodeAnalysis;
using Transcoders.Calls;

namespace Transcoders.Stdio;

/// <summary>What a program's exit codes mean, by the convention it keeps. Immutable.</summary>
public sealed class ExitCodeTable
{
    private const int Count = 256;

    /// <summary>The codes of sysexits.h, timeout(1) and the shells.</summary>
    public static readonly ExitCodeTable Sysexits = new(static code => ExitCodeMapping.FromCode(code));

    /// <summary>grpcurl: 64 + the status.</summary>
    public static readonly ExitCodeTable Grpcurl = new(static code => code is > 64 and <= 64 + (int)StatusCode.Unauthenticated
        ? (StatusCode)(code - 64)
        : ShellCode(code));

    /// <summary>buf curl: the status times eight; below eight the call was not understood.</summary>
    public static readonly ExitCodeTable Buf = new(static code => code switch
    {
        > 0 and < 8 => StatusCode.InvalidArgument,
        > 0 and <= (int)StatusCode.Unauthenticated << 3 when code % 8 == 0 => (StatusCode)(code >> 3),
        _ => ShellCode(code),
    });

    private readonly StatusCode[] _codes = new StatusCode[Count];

    private ExitCodeTable(Func<int, StatusCode> meaning)
    {
        for (var code = 1; code < Count; code++)
        {
            _codes[code] = meaning(code);
        }
    }

    /// <summary>The names a configuration may use.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sysexits", "grpcurl", "buf"];

    /// <summary>The status of an exit code; UNKNOWN for what no system has.</summary>
    public StatusCode this[int code] => (uint)code < Count ? _codes[code] : StatusCode.Unknown;

    public static bool TryFind(string name, [NotNullWhen(true)] out ExitCodeTable? table)
    {
        table = name switch
        {
            "sysexits" => Sysexits,
            "grpcurl" => Grpcurl,
            "buf" => Buf,
            _ => null,
        };
        return table is not null;
    }

    /// <summary>A table of one's own; codes it does not hold mean what sysexits says. Zero is success, whatever it says.</summary>
    public static ExitCodeTable Of(IReadOnlyDictionary<int, StatusCode> codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        return new ExitCodeTable(code => codes.TryGetValue(code, out var status) ? status : ExitCodeMapping.FromCode(code));
    }

    /// <summary>What timeout(1) and the shells say, whatever convention the program keeps.</summary>
    private static StatusCode ShellCode(int code) => code is 124 or 126 or 127 ? ExitCodeMapping.FromCode(code) : StatusCode.Unknown;
}

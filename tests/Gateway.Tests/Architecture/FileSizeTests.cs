namespace Gateway.Tests.Architecture;

/// <summary>A file is a screen or two, and one type.</summary>
public sealed class FileSizeTests
{
    private const int MaxLines = 400;

    /// <summary>Small types that belong to the first may stand beside it.</summary>
    private const int MaxTypes = 3;

    /// <summary>Files that are longer, with the lines they may have and why.</summary>
    private static readonly Dictionary<string, (int Lines, string Why)> Longer = new()
    {
        ["src/Transcoders/Payloads/JsonToWire.Values.cs"] = (530, "one method per kind of field; they share the reader's state"),
        ["src/Transcoders/Payloads/WireToJson.Careful.cs"] = (530, "the slow twin of the fast path, which must not call it"),
        ["src/Gateway/Backends/Grpc/GrpcClientCall.cs"] = (430, "one state machine: head, frames and trailers of one response"),
    };

    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.ReadAll();

    [Fact]
    public void NoFile_IsLongerThanAScreenOrTwo() =>
        Assert.Empty(Files.Where(static file => file.Lines.Length > Limit(file.Path)).Select(static file => $"{file.Path}: {file.Lines.Length} lines; {Limit(file.Path)} are allowed"));

    [Fact]
    public void NoFile_HasMoreTypesThanOneAndItsSatellites() =>
        Assert.Empty(Files.Where(static file => file.Types.Distinct().Count() > MaxTypes && !IsFamily(file)).Select(static file => $"{file.Path}: {string.Join(", ", file.Types.Distinct())}"));

    [Fact]
    public void EveryFile_IsNamedAfterATypeItDeclares() =>
        Assert.Empty(Files.Where(static file => file.Types.Count > 0 && !file.Types.Contains(Name(file.Path))).Select(static file => $"{file.Path}: declares {string.Join(", ", file.Types)}"));

    [Fact]
    public void Exceptions_AreStillNeeded() =>
        Assert.All(Longer.Keys, static path => Assert.Contains(Files, file => file.Path == path && file.Lines.Length > MaxLines));

    private static int Limit(string path) => Longer.TryGetValue(path, out var longer) ? longer.Lines : MaxLines;

    /// <summary>Records of one section of the file, and the kinds of one closed hierarchy, read best together.</summary>
    private static bool IsFamily(SourceFile file) =>
        Path.GetFileName(file.Path) is "ConfigType.cs" or "RouteSettings.cs" or "ClusterSettings.cs";

    /// <summary>`JsonToWire.Values.cs` is a part of JsonToWire.</summary>
    private static string Name(string path) => Path.GetFileNameWithoutExtension(path).Split('.')[0];
}

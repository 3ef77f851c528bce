namespace Gateway.Tests.Architecture;

/// <summary>A file is a screen or two, and one type.</summary>
public sealed class FileSizeTests
{
    private const int MaxLines = 400;

    /// <summary>Small types that belong to the first may stand beside it.</summary>
    private const int MaxTypes = 4;

    /// <summary>Files that are longer, with the lines they may have and why.</summary>
    private static readonly Dictionary<string, (int Lines, string Why)> Longer = new()
    {
    };

    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.ReadAll();

    [Fact]
    public void NoFile_IsLongerThanAScreenOrTwo() =>
        SourceFile.HasNone(Files.Where(static file => file.Lines.Length > Limit(file.Path)).Select(static file => $"{file.Path}: {file.Lines.Length} lines; {Limit(file.Path)} are allowed"));

    [Fact]
    public void NoFile_HasMoreTypesThanOneAndItsSatellites() =>
        SourceFile.HasNone(Files.Where(static file => file.Types.Distinct().Count() > MaxTypes && !IsFamily(file)).Select(static file => $"{file.Path}: {string.Join(", ", file.Types.Distinct())}"));

    [Fact]
    public void EveryFile_IsNamedAfterATypeItDeclares() =>
        SourceFile.HasNone(Files.Where(static file => file.Types.Count > 0 && !IsFamily(file) && !file.Types.Contains(Name(file.Path))).Select(static file => $"{file.Path}: declares {string.Join(", ", file.Types)}"));

    [Fact]
    public void Exceptions_AreStillNeeded() =>
        Assert.All(Longer.Keys, static path => Assert.Contains(Files, file => file.Path == path && file.Lines.Length > MaxLines));

    private static int Limit(string path) => Longer.TryGetValue(path, out var longer) ? longer.Lines : MaxLines;

    /// <summary>Records of one section of the configuration, the kinds of one closed hierarchy, the two bodies of a request: read best together.</summary>
    private static bool IsFamily(SourceFile file) =>
        Path.GetFileName(file.Path) is "ConfigType.cs" or "RouteSettings.cs" or "GrpcRequestContent.cs";

    /// <summary>`JsonToWire.Values.cs` is a part of JsonToWire.</summary>
    private static string Name(string path) => Path.GetFileNameWithoutExtension(path).Split('.')[0];
}

using System.Runtime.CompilerServices;

namespace Gateway.IntegrationTests.Matrix;

public sealed class MatrixDocumentTests
{
    [Fact]
    public void Document_SaysWhatTheSuiteCarries()
    {
        var nowhere = new Uri("http://127.0.0.1:1/");
        using var door = new FrontDoor(nowhere, nowhere);
        var drivers = MatrixFixture.Drivers(door, "");
        var text = MatrixDocument.Write(drivers, MatrixFixture.Rigs());
        foreach (var driver in drivers)
        {
            driver.Dispose();
        }

        var file = File();
        if (Environment.GetEnvironmentVariable("RENEW_GOLDEN_FILES") == "1")
        {
            System.IO.File.WriteAllText(file, text);
        }

        Assert.Equal(text, System.IO.File.ReadAllText(file));
    }

    private static string File([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "..", "docs", "matrix.md"));
}

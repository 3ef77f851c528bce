using Transcoders.Calls;

namespace Transcoders.Fuzz;

/// <summary>An input on which a target did what it must not do.</summary>
/// <param name="File">The example it was made from.</param>
/// <param name="Input">The bytes.</param>
/// <param name="Exception">What came of it.</param>
public sealed record FuzzFinding(string File, byte[] Input, Exception Exception)
{
    public override string ToString() =>
        $"{File}: {Exception.GetType().Name}: {Exception.Message}\ninput (base64): {Convert.ToBase64String(Input)}\n{Exception.StackTrace}";
}

/// <summary>Runs a target over its examples and mutations of them.</summary>
public static class FuzzRunner
{
    /// <summary>Each example as it is, then so many mutations of each. Stops at the first finding.</summary>
    /// <returns>The finding, or null; and how many inputs were tried and how many of them were accepted.</returns>
    public static (FuzzFinding? Finding, int Tried, int Accepted) Run(FuzzTarget target, int mutationsPerFile, int seed)
    {
        ArgumentNullException.ThrowIfNull(target);
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", target.CorpusFolder));
        Array.Sort(files, StringComparer.Ordinal);
        var corpus = Array.ConvertAll(files, File.ReadAllBytes);
        var mutator = new FuzzMutator(seed, corpus);
        var tried = 0;
        var accepted = 0;
        for (var i = 0; i < files.Length; i++)
        {
            for (var j = 0; j <= mutationsPerFile; j++)
            {
                var input = j == 0 ? corpus[i] : mutator.Mutate(corpus[i]);
                tried++;
                try
                {
                    target.Action(input);
                    accepted++;
                }
                catch (CallException)
                {
                    // Refusing an input is what a parser is for.
                }
                catch (Exception e)
                {
                    return (new FuzzFinding(Path.GetFileName(files[i]), input, e), tried, accepted);
                }
            }
        }

        return (null, tried, accepted);
    }
}

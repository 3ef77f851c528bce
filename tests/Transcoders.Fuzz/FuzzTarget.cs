namespace Transcoders.Fuzz;

/// <summary>Feeds one input to a parser. Any exception but CallException is a finding, and so is a promise that is broken.</summary>
public delegate void FuzzAction(ReadOnlySpan<byte> input);

/// <summary>Something to be fuzzed. To add one: a folder of examples under Corpus, and a line in <see cref="FuzzTargets"/>.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="CorpusFolder">Folder under Corpus whose files the mutations start from.</param>
/// <param name="Action">What runs.</param>
public sealed record FuzzTarget(string Name, string CorpusFolder, FuzzAction Action)
{
    public override string ToString() => Name;
}

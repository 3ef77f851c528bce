using System.Text;
using Transcoders.Calls;
using Transcoders.Stdio;
using static Transcoders.Fuzz.Pieces;

namespace Transcoders.Fuzz.Stdio;

/// <summary>What a CGI program may write, and what a client may put into a program's arguments.</summary>
internal static class ProgramTargets
{
    /// <summary>A head that is read holds nothing that could end a header, and nothing of one hop.</summary>
    public static void CgiHead(ReadOnlySpan<byte> input)
    {
        var scanned = 0;
        var framing = new CgiHeadFraming();
        if (!framing.TryRead(input, ref scanned, ended: true, 1 << 20, out var frame))
        {
            return;
        }

        var head = CgiHeadFraming.Parse(input.Slice(frame.Offset, frame.Length));
        Require(head.HttpStatus is >= 200 and <= 599, "no status an answer can have");
        Require(head.ContentType is null || MetadataText.IsValue(head.ContentType), "a type that breaks its line");
        foreach (ref readonly var entry in head.Metadata!.AsSpan())
        {
            Require(MetadataText.IsName(entry.Key) && MetadataText.IsValue(entry.Value), "a header that breaks its line");
            Require(!ReservedMetadata.IsOfOneHop(entry.Key), "a header of one hop");
        }
    }

    /// <summary>The first line is a template, the second a URL: a value never begins an option.</summary>
    public static void Argument(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        var line = text.IndexOf('\n', StringComparison.Ordinal);
        var template = ArgumentTemplate.Parse(line < 0 ? text : text[..line], out var problem);
        var metadata = new CallMetadata();
        metadata.Add("x-team", "-red");
        var argument = template.Fill(new CallHead { Method = "a.B/C", Shape = CallShape.Unary, Metadata = metadata, Target = line < 0 ? "/" : "/" + text[(line + 1)..] });
        Require(problem is not null || template.Fixed is not null || argument is null || !argument.StartsWith('-') || text.StartsWith('-'), "a value that is an option");
        _ = UrlText.DecodePath("/" + text);
    }
}

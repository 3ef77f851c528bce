using System.Runtime.CompilerServices;
using Google.Protobuf.Reflection;
using Transcoders.Calls;
using Transcoders.Payloads;

namespace Transcoders.HttpRules;

/// <summary>
/// Makes the request message of one binding out of path, query and body, straight to the wire:
/// `PATCH /v1/books/7?mask=title` with `{"title":"x"}` → `{ book: { title: "x", name: "books/7" }, mask: { paths: "title" } }`.
/// </summary>
/// <remarks>
/// Concatenated protobuf messages merge and the last scalar wins, so precedence is the order of writing: body, query, path.
/// Compiled at load, used from any thread. What it writes is appended; after an exception the tail is meaningless.
/// </remarks>
public sealed class RequestWeaver
{
    private readonly HttpTemplate _template;
    private readonly PathLeaf[] _pathLeaves;
    private readonly QueryBinder _query;
    private readonly BodyBinder _body;
    private readonly BodyMask? _mask;
    private readonly WeaveOptions _options;

    internal RequestWeaver(HttpTemplate template, PathLeaf[] pathLeaves, QueryBinder query, BodyBinder body, BodyMask? mask, WeaveOptions options)
    {
        _mask = mask;
        _template = template;
        _pathLeaves = pathLeaves;
        _query = query;
        _body = body;
        _options = options;
    }

    /// <summary>True when the body is a google.api.HttpBody: its bytes are taken as they come, with their content type.</summary>
    public bool BodyIsHttpBody => _body.IsHttpBody;

    /// <summary>The variables of the path, for the way back.</summary>
    internal ReadOnlySpan<PathLeaf> PathLeaves => _pathLeaves;

    /// <summary>The request's fields, for the way back.</summary>
    internal MessageNode Request => _query.Request;

    /// <summary>Makes a message of all three parts.</summary>
    /// <param name="rawPath">The path that the binding's template matched, percent-encoded.</param>
    /// <param name="rawQuery">The query as sent, without its `?`; empty when there is none.</param>
    /// <param name="verb">The HTTP method of the request: it decides what a body that has no place means.</param>
    /// <param name="contentType">The media type of the body; matters to an HttpBody only.</param>
    /// <param name="body">The body: JSON, or raw when <see cref="BodyIsHttpBody"/>. Empty means none, and sets nothing.</param>
    /// <param name="output">Takes the message.</param>
    /// <exception cref="CallException">INVALID_ARGUMENT naming the parameter or field; RESOURCE_EXHAUSTED over a limit.</exception>
    [SkipLocalsInit]
    public void Weave(
        ReadOnlySpan<char> rawPath, ReadOnlySpan<char> rawQuery, string verb, string? contentType, ReadOnlySpan<byte> body,
        PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> bytes = stackalloc byte[ScratchBytes.StackSize];
        var entries = default(InlineEntries);
        var scratch = new ScratchBytes(bytes);
        var set = new FieldSet(entries);
        try
        {
            AddPathFields(ref set);
            if (_options.Conflict == FieldConflict.BodyWins)
            {
                _query.Write(rawQuery, ref set, ref scratch, output);
                WritePath(rawPath, ref scratch, output);
                var start = output.Length;
                _body.Write(body, verb, contentType, output);
                CheckAgainstBody(output.WrittenSpan[start..], ref set);
            }
            else
            {
                var start = output.Length;
                _body.Write(body, verb, contentType, output);
                var end = output.Length;
                _query.Write(rawQuery, ref set, ref scratch, output);
                CheckAgainstBody(output.WrittenSpan[start..end], ref set);
                WritePath(rawPath, ref scratch, output);
            }

            if (_mask is not null && verb == "PATCH" && !body.IsEmpty && !_mask.IsSet(ref set))
            {
                _mask.Write(body, output);
            }

            output.ThrowIfOverLimit();
        }
        catch (CallException e) when (e.Status.Origin != StatusOrigin.Client)
        {
            throw AsClients(e);
        }
        finally
        {
            set.Dispose();
            scratch.Dispose();
        }
    }

    /// <summary>Makes a message of path and query alone: the first message of a stream that a GET opened, or what is appended to one.</summary>
    /// <inheritdoc cref="Weave"/>
    public void WeaveUrl(ReadOnlySpan<char> rawPath, ReadOnlySpan<char> rawQuery, PayloadBuffer output) =>
        Weave(rawPath, rawQuery, "GET", null, default, output);

    /// <summary>Makes a message of a body alone: a later message of a client stream whose URL binds only the first.</summary>
    /// <inheritdoc cref="Weave"/>
    public void WeaveBody(string verb, string? contentType, ReadOnlySpan<byte> body, PayloadBuffer output)
    {
        ArgumentNullException.ThrowIfNull(output);
        try
        {
            _body.Write(body, verb, contentType, output);
            output.ThrowIfOverLimit();
        }
        catch (CallException e) when (e.Status.Origin != StatusOrigin.Client)
        {
            throw AsClients(e);
        }
    }

    /// <summary>A plan does not know whose bytes it converts; here they are the client's, and too many of them are 413 (PROTOCOLS §10.3).</summary>
    private static CallException AsClients(CallException e) =>
        new(
            new CallStatus(e.Status.Code, e.Status.Message)
            {
                Details = e.Status.Details,
                Trailers = e.Status.Trailers,
                RetryAfter = e.Status.RetryAfter,
                HttpStatus = e.Status.HttpStatus == 0 && e.Status.Code == StatusCode.ResourceExhausted ? 413 : e.Status.HttpStatus,
                Origin = StatusOrigin.Client,
            },
            e);

    private void AddPathFields(ref FieldSet set)
    {
        foreach (var leaf in _pathLeaves)
        {
            var parent = FieldSet.Root;
            foreach (var node in leaf.Chain)
            {
                // The compiler of the binding has refused two members of one oneof.
                parent = set.Add(parent, node, out _);
            }

            ref var entry = ref set[parent];
            entry.IsSet = true;
            entry.FromPath = true;
        }
    }

    private void WritePath(ReadOnlySpan<char> rawPath, ref ScratchBytes scratch, PayloadBuffer output)
    {
        if (_pathLeaves.Length == 0)
        {
            return;
        }

        var writer = new WireWriter(output);
        var ranges = default(InlineRanges);
        Span<Range> captures = ranges;
        _template.Capture(rawPath, captures);
        for (var i = 0; i < _pathLeaves.Length; i++)
        {
            var leaf = _pathLeaves[i];
            var raw = rawPath[captures[i]];
            var mode = !leaf.IsMultiSegment ? PercentMode.All
                : _options.KeepReservedEscapes ? PercentMode.ExceptReserved
                : PercentMode.ExceptSlash;
            var target = scratch.Get(PercentEncoding.MaxBytes(raw.Length));
            if (!PercentEncoding.TryDecode(raw, mode, target, out var length))
            {
                throw PayloadErrors.InvalidField(leaf.FieldPath, "the path does not decode to UTF-8.");
            }

            if (NestedWriter.TryWrite(leaf.Chain, target[..length], _options, output, ref writer) is { } expected)
            {
                throw PayloadErrors.InvalidField(
                    leaf.FieldPath, $"the path has '{ClientText.Show(target[..length])}'; expected {expected}.");
            }
        }

        writer.Flush();
    }

    private void CheckAgainstBody(ReadOnlySpan<byte> body, ref FieldSet set)
    {
        if (!body.IsEmpty && (set.HasOneofs || _options.Conflict == FieldConflict.Reject))
        {
            BodyConflicts.Check(body, _body.Message, FieldSet.Root, ref set, _options.Conflict == FieldConflict.Reject);
        }
    }

    [InlineArray(HttpTemplateParser.MaxVariables)]
    private struct InlineRanges
    {
        private Range _first;
    }

    [InlineArray(16)]
    private struct InlineEntries
    {
        private FieldSet.Entry _first;
    }
}

/// <summary>A path variable, compiled.</summary>
/// <param name="FieldPath">As the template names it.</param>
/// <param name="Chain">The fields from the request down to the leaf.</param>
/// <param name="IsMultiSegment">True when `%2F` stays encoded.</param>
internal sealed record PathLeaf(string FieldPath, FieldNode[] Chain, bool IsMultiSegment);

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Transcoders.Calls;

namespace Transcoders.Payloads;

/// <summary>One conversion of the protobuf wire to its normal form.</summary>
/// <remarks>
/// Fields by number, each once, packed as the schema says, numbers in their shortest form, split messages merged, the last
/// of a scalar, of a oneof and of a map's key; then, unchanged and in their order, the fields nobody knows.
/// </remarks>
internal ref partial struct WireToWire
{
    private readonly PayloadScratch _scratch;
    private readonly MessagePlan _rootPlan;
    private readonly ReadOnlySpan<byte> _root;
    private readonly int _maxDepth;
    private WireWriter _out;
    private int _depth;

    /// <summary>Bytes of merged copies that are alive now.</summary>
    private int _merged;

    public WireToWire(PlanSet plans, MessagePlan plan, ReadOnlySpan<byte> data, PayloadBuffer output, PayloadScratch scratch)
    {
        _scratch = scratch;
        _rootPlan = plan;
        _root = data;
        _maxDepth = plans.Options.MaxDepth;
        _out = new WireWriter(output);
    }

    public void Convert()
    {
        Message(_rootPlan, _root);
        _out.Flush();
    }

    private void Message(MessagePlan plan, ReadOnlySpan<byte> data)
    {
        if (++_depth > _maxDepth)
        {
            Fail($"nested deeper than {_maxDepth} levels", data, 0);
        }

        var first = _scratch.SpanCount;
        if (!FieldGatherer.TryGather(_scratch, plan, data, keepUnknown: true, out var at, out var problem))
        {
            Fail(problem, data, at);
        }

        var i = first;
        while (FieldGatherer.NextRun(_scratch, i, out var start, out var end))
        {
            if (_scratch.Spans[start].Field == FieldGatherer.Unknown)
            {
                Unchanged(data, start, end);
            }
            else
            {
                var field = plan.Fields[_scratch.Spans[start].Field];
                Field(field, data, start, end, keepDefault: field.HasPresence);
            }

            i = end;
        }

        _scratch.SpanCount = first;
        _depth--;
    }

    private void Unchanged(ReadOnlySpan<byte> data, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            _out.WriteRaw(data.Slice(_scratch.Spans[i].Start, _scratch.Spans[i].Length));
        }
    }

    private void Field(FieldPlan field, ReadOnlySpan<byte> data, int start, int end, bool keepDefault)
    {
        if (field.Shape == FieldShape.Map)
        {
            Map(field, data, start, end);
        }
        else if (field.Shape == FieldShape.Singular)
        {
            Singular(field, data, start, end, keepDefault);
        }
        else if (field.Message is not null)
        {
            for (var i = start; i < end; i++)
            {
                SubMessage(field, data.Slice(_scratch.Spans[i].Start, _scratch.Spans[i].Length));
            }
        }
        else
        {
            List(field, data, start, end);
        }
    }

    private void Singular(FieldPlan field, ReadOnlySpan<byte> data, int start, int end, bool keepDefault)
    {
        if (field.Message is not null)
        {
            Merged(field, data, start, end);
            return;
        }

        var at = _out.Position;
        var position = _scratch.Spans[end - 1].Head;
        Tag(field.TagBits, field.TagSize);
        if (Value(field, data, ref position) && !keepDefault)
        {
            _out.Position = at;
        }
    }

    private void Merged(FieldPlan field, ReadOnlySpan<byte> data, int start, int end)
    {
        if (_scratch.OnlyPiece(start, end, out var total) is { } only)
        {
            SubMessage(field, data.Slice(only.Start, only.Length));
            return;
        }

        if (total > PayloadScratch.MergeLimit - _merged)
        {
            Fail($"the pieces of split messages come to more than {PayloadScratch.MergeLimit} bytes", data, 0);
        }

        _merged += (int)total;
        var copy = ArrayPool<byte>.Shared.Rent((int)total);
        SubMessage(field, _scratch.Join(data, start, end, copy));
        ArrayPool<byte>.Shared.Return(copy);
        _merged -= (int)total;
    }

    private void SubMessage(FieldPlan field, ReadOnlySpan<byte> content)
    {
        Tag(field.TagBits, field.TagSize);
        if (field.Kind == FieldKind.Group)
        {
            Message(field.Message!, content);
            Tag(field.EndTagBits, field.TagSize);
            return;
        }

        var mark = _out.BeginLength();
        Message(field.Message!, content);
        _out.EndLength(mark);
    }

    private void Tag(ulong bits, int size)
    {
        _out.Ensure(8);
        _out.WriteBitsUnchecked(bits, size);
    }

    /// <summary>Malformed bytes in a merged copy cannot be told by their offset; the root's can.</summary>
    [DoesNotReturn]
    private readonly void Fail(string reason, ReadOnlySpan<byte> data, int position)
    {
        var offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(_root), ref MemoryMarshal.GetReference(data)) + position;
        var path = offset >= 0 && offset <= _root.Length ? WireLocation.Path(_rootPlan, _root, (int)offset) : "";
        throw PayloadErrors.MalformedWire(_rootPlan.FullName, path, reason);
    }
}

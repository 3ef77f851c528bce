using System.Buffers;

namespace Transcoders.Payloads;

/// <content>Maps the careful way: entries in any order of key and value, split values, keys that come twice.</content>
internal ref partial struct WireToJson
{
    private bool CarefulMap(FieldPlan field, ReadOnlySpan<byte> data, int start, int end)
    {
        // 1. Print the keys for a moment, to learn which entry is the last of its key.
        var at = _out.Position;
        var owners = ArrayPool<int>.Shared.Rent(end - start);
        var keys = new KeySet(_scratch);
        for (var i = start; i < end; i++)
        {
            var span = _scratch.Spans[i];
            var entry = data.Slice(span.Start, span.Length);
            if (!FieldGatherer.EntryCounts(field, entry))
            {
                continue;
            }

            var keyAt = _out.Position;
            EntryKey(field.MapKey, entry);
            if (keys.Add(_out.Written, keyAt, _out.Position - keyAt, out var index))
            {
                owners[index] = i;
            }
            else
            {
                var replaced = owners[index];
                _scratch.Spans[replaced] = _scratch.Spans[replaced] with { Order = -1 };
                owners[index] = i;
            }
        }

        keys.Dispose();
        ArrayPool<int>.Shared.Return(owners);
        _out.Position = at;

        // 2. Print what is left.
        for (var i = start; i < end; i++)
        {
            var span = _scratch.Spans[i];
            var entry = data.Slice(span.Start, span.Length);
            if (span.Order < 0 || !FieldGatherer.EntryCounts(field, entry))
            {
                continue;
            }

            _out.WriteByte((byte)',');
            EntryKey(field.MapKey, entry);
            _out.WriteByte((byte)':');
            if (!EntryValue(field.MapValue, entry))
            {
                return false;
            }
        }

        if (_out.Position != at || _emitDefaults)
        {
            Close(at, (byte)'{', (byte)'}');
        }

        return true;
    }

    private void EntryKey(FieldPlan key, ReadOnlySpan<byte> entry)
    {
        var start = _out.Position;
        var position = 0;
        while (position < entry.Length)
        {
            var tag = Tag(entry, ref position);

            if (tag == key.Tag)
            {
                _out.Position = start;
                Key(key, entry, ref position);
            }
            else
            {
                Skip(entry, ref position, tag);
            }
        }

        if (_out.Position == start)
        {
            DefaultKey(key);
        }
    }

    private bool EntryValue(FieldPlan value, ReadOnlySpan<byte> entry)
    {
        var first = _scratch.SpanCount;
        GatherOne(value, entry);
        var written = true;
        if (_scratch.SpanCount == first)
        {
            DefaultValue(value);
        }
        else
        {
            written = Run(value, entry, first, _scratch.SpanCount, out _);
        }

        _scratch.SpanCount = first;
        return written;
    }
}

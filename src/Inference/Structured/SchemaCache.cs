using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Inference.Structured;

/// <summary>
/// What was found out of schemas, by the SHA-256 of their text: callers send the same one with every request. Two generations
/// make it nearly least-recently-used: a full young one becomes the old one, and what is found there becomes young again.
/// </summary>
/// <param name="weightMax">Weight of a generation; together they hold at most twice as much, and one entry more.</param>
internal sealed class SchemaCache<TValue>(long weightMax)
{
    private readonly Lock _changing = new();
    private Dictionary<UInt128, (TValue Value, long Weight)> _young = [];
    private Dictionary<UInt128, (TValue Value, long Weight)> _old = [];
    private long _weight;

    /// <param name="find">The value and its weight where it is not known; may throw, which is not kept.</param>
    public TValue Get(JsonElement schema, Func<(TValue Value, long Weight)> find)
    {
        UInt128 key = Key(schema);
        lock (_changing)
        {
            if (_young.TryGetValue(key, out var known))
            {
                return known.Value;
            }

            if (_old.Remove(key, out known))
            {
                Add(key, known);
                return known.Value;
            }
        }

        // Outside of the lock: two requests may find out the same, and neither waits for a third.
        (TValue Value, long Weight) found = find();
        lock (_changing)
        {
            Add(key, found);
        }

        return found.Value;
    }

    private void Add(UInt128 key, (TValue Value, long Weight) entry)
    {
        if (_weight > 0 && _weight + entry.Weight > weightMax)
        {
            (_young, _old, _weight) = ([], _young, 0);
        }

        if (_young.TryAdd(key, entry))
        {
            _weight += entry.Weight;
        }
    }

    /// <summary>Half of the hash: 128 bits collide for nobody who cannot also break the other half.</summary>
    private static UInt128 Key(JsonElement schema)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(JsonMarshal.GetRawUtf8Value(schema), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}

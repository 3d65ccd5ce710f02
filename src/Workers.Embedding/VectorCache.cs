using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Pipeline.Workers.Embedding;

/// <summary>
/// Vectors of texts that came before, by the SHA-256 of the text; no text is kept. In memory and for one model, that of the
/// process: a shared table would cost every new text two round trips and outlive the text that a client deletes.
/// </summary>
/// <remarks>
/// Two generations make it nearly least-recently-used at the price of a dictionary: when the young one is full it becomes the
/// old one, and whatever is found in the old one becomes young again.
/// </remarks>
internal sealed class VectorCache(IOptions<EmbeddingOptions> options)
{
    private readonly int _generationMax = options.Value.CacheTextsMax / 2;
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<UInt128, EmbeddedText> _young = new();
    private volatile ConcurrentDictionary<UInt128, EmbeddedText> _old = new();

    public EmbeddedText? Find(string text)
    {
        var key = Key(text);
        if (_young.TryGetValue(key, out var found))
        {
            return found;
        }

        if (_old.TryGetValue(key, out found))
        {
            Add(key, found);
        }

        return found;
    }

    public void Add(string text, EmbeddedText embedded) => Add(Key(text), embedded);

    /// <summary>Forgets everything: a server behind the seam has changed its model.</summary>
    public void Clear()
    {
        lock (_turning)
        {
            (_young, _old) = (new(), new());
        }
    }

    private void Add(UInt128 key, EmbeddedText embedded)
    {
        if (_generationMax == 0)
        {
            return;
        }

        lock (_turning)
        {
            if (_young.Count >= _generationMax)
            {
                (_young, _old) = (new(), _young);
            }

            _young[key] = embedded;
        }
    }

    /// <summary>Half of the hash: 128 bits collide for nobody who cannot also break the other half.</summary>
    private static UInt128 Key(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}

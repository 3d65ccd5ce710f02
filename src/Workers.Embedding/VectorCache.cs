using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Pipeline.Workers.Embedding;

/// <summary>
/// Vectors of texts that a client sent before, by the SHA-256 of client and text; no text is kept, and no client learns from
/// the count of cached tokens, or from the time, what another one has sent. In memory and for one model, that of the
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

    public EmbeddedText? Find(Guid clientId, string text)
    {
        var key = Key(clientId, text);
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

    public void Add(Guid clientId, string text, EmbeddedText embedded) => Add(Key(clientId, text), embedded);

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
    private static UInt128 Key(Guid clientId, string text)
    {
        using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hashing.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<Guid>(in clientId)));
        hashing.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        hashing.GetHashAndReset(hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}

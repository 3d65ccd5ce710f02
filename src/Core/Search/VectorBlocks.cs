using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Core.Search;

/// <summary>
/// The vectors of one client and one model, side by side, and the chunks that they belong to. Not safe for several threads:
/// <see cref="ClientVectors"/> keeps the lock.
/// </summary>
internal sealed class VectorBlocks(int dimensions)
{
    // Blocks instead of one array: growing copies nothing, and 4,096 of 384 numbers are 6 MB.
    private const int BlockLength = 4_096;

    private readonly List<float[]> _blocks = [];
    private readonly List<long> _chunkIds = [];
    private readonly List<Guid> _documentIds = [];

    public int Count => _chunkIds.Count;

    public int Dimensions => dimensions;

    public long Bytes => (long)_blocks.Count * BlockLength * dimensions * sizeof(float) + ((long)Count * (sizeof(long) + 16));

    public void Add(Guid documentId, long chunkId, ReadOnlySpan<float> vector)
    {
        if (Count == _blocks.Count * BlockLength)
        {
            _blocks.Add(new float[BlockLength * dimensions]);
        }

        _chunkIds.Add(chunkId);
        _documentIds.Add(documentId);
        vector.CopyTo(At(Count - 1));
    }

    /// <summary>Takes out the vectors of documents; the last ones move into their places.</summary>
    public void Remove(Func<Guid, bool> document)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            if (document(_documentIds[i]))
            {
                var last = Count - 1;
                At(last).CopyTo(At(i));
                (_chunkIds[i], _documentIds[i]) = (_chunkIds[last], _documentIds[last]);
                _chunkIds.RemoveAt(last);
                _documentIds.RemoveAt(last);
            }
        }

        while (_blocks.Count > 0 && Count <= (_blocks.Count - 1) * BlockLength)
        {
            _blocks.RemoveAt(_blocks.Count - 1);
        }
    }

    /// <summary>Every vector is compared, so nothing is missed.</summary>
    /// <param name="perDocument">Most chunks of one document; null for any number.</param>
    /// <param name="documents">Only chunks of these; null for all.</param>
    public IReadOnlyList<Neighbour> Nearest(ReadOnlySpan<float> vector, int limit, int? perDocument, HashSet<Guid>? documents)
    {
        var nearest = new NearestChunks(limit, perDocument);
        for (var i = 0; i < Count; i++)
        {
            if (documents?.Contains(_documentIds[i]) != false)
            {
                nearest.Offer(new(_chunkIds[i], Dot(vector, At(i))), _documentIds[i]);
            }
        }

        return nearest.Ordered();
    }

    private Span<float> At(int index) => _blocks[index / BlockLength].AsSpan(index % BlockLength * dimensions, dimensions);

    // Four sums, because one would wait for itself: an addition takes several cycles and two can begin in each.
    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var a = MemoryMarshal.Cast<float, Vector<float>>(left);
        var b = MemoryMarshal.Cast<float, Vector<float>>(right);
        var (sum0, sum1, sum2, sum3) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var i = 0;
        for (; i <= a.Length - 4; i += 4)
        {
            sum0 += a[i] * b[i];
            sum1 += a[i + 1] * b[i + 1];
            sum2 += a[i + 2] * b[i + 2];
            sum3 += a[i + 3] * b[i + 3];
        }

        for (; i < a.Length; i++)
        {
            sum0 += a[i] * b[i];
        }

        var dot = Vector.Sum(sum0 + sum1 + (sum2 + sum3));
        for (i *= Vector<float>.Count; i < left.Length; i++)
        {
            dot += left[i] * right[i];
        }

        return dot;
    }
}

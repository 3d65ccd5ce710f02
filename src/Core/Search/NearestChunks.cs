namespace Pipeline.Core.Search;

/// <summary>The nearest of the chunks that are offered one after the other, of each document no more than wanted.</summary>
/// <param name="perDocument">Most chunks of one document; null for any number.</param>
internal sealed class NearestChunks(int limit, int? perDocument)
{
    private readonly PriorityQueue<Offered, Neighbour> _kept = new(limit + 1, FarthestFirst.Instance);

    // Of the chunks that are kept; only where a document has a limit of its own.
    private readonly Dictionary<Guid, int> _ofDocument = [];

    // What a document leaves for a nearer chunk of its own, or for that of another, never comes back: the farthest that is kept only comes nearer.
    public void Offer(Neighbour chunk, Guid documentId)
    {
        var isFull = _kept.Count == limit;
        if (isFull && FarthestFirst.Instance.Compare(chunk, _kept.Peek().Chunk) < 0)
        {
            return;
        }

        if (_ofDocument.GetValueOrDefault(documentId) == perDocument)
        {
            var farthest = _kept.UnorderedItems.Select(item => item.Element).Where(kept => kept.DocumentId == documentId).MinBy(kept => kept.Chunk, FarthestFirst.Instance);
            if (FarthestFirst.Instance.Compare(chunk, farthest.Chunk) > 0)
            {
                _kept.Remove(farthest, out _, out _);
                _kept.Enqueue(new(chunk, documentId), chunk);
            }

            return;
        }

        if (isFull)
        {
            Count(_kept.Dequeue().DocumentId, -1);
        }

        _kept.Enqueue(new(chunk, documentId), chunk);
        Count(documentId, 1);
    }

    /// <summary>The nearest first.</summary>
    public IReadOnlyList<Neighbour> Ordered() => [.. _kept.UnorderedItems.Select(item => item.Element.Chunk).OrderDescending(FarthestFirst.Instance)];

    private void Count(Guid documentId, int more)
    {
        if (perDocument is not null)
        {
            _ofDocument[documentId] = _ofDocument.GetValueOrDefault(documentId) + more;
        }
    }

    private readonly record struct Offered(Neighbour Chunk, Guid DocumentId);

    /// <summary>Smaller is farther; of two as near the one with the larger id.</summary>
    private sealed class FarthestFirst : IComparer<Neighbour>
    {
        public static readonly FarthestFirst Instance = new();

        public int Compare(Neighbour x, Neighbour y) =>
            x.Similarity != y.Similarity ? x.Similarity.CompareTo(y.Similarity) : y.ChunkId.CompareTo(x.ChunkId);
    }
}

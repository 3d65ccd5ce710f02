namespace Pipeline.Api.Batches;

/// <summary>Finds where items begin and end in bytes that arrive piece by piece; whether an item is JSON is seen later.</summary>
internal interface IItemSplitter
{
    /// <summary>
    /// Looks for the next item.
    /// </summary>
    /// <param name="bytes">What is unread so far; each call sees at least what the one before left.</param>
    /// <param name="isEnd">Nothing follows these bytes.</param>
    /// <param name="used">Bytes that need not be shown again.</param>
    /// <param name="item">The item's place in the bytes, when one was found.</param>
    /// <returns>False when more bytes are needed or, at the end, when no item is left.</returns>
    /// <exception cref="FormatException">The bytes cannot be a sequence of items; says why, continuing "the body …".</exception>
    bool TryFind(ReadOnlySpan<byte> bytes, bool isEnd, out int used, out Range item);
}

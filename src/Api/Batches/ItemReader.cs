using Pipeline.Api.Problems;

namespace Pipeline.Api.Batches;

/// <summary>Reads the items of a body one at a time, holding one of them and what arrived of the next.</summary>
internal sealed class ItemReader(Stream body, IItemSplitter splitter, int itemBytesMax, long bytesMax)
{
    private const int BufferBytesMin = 64 * 1_024;

    private byte[] _buffer = new byte[Math.Min(BufferBytesMin, itemBytesMax)];
    private int _start;
    private int _end;
    private long _read;
    private bool _isEnd;
    private int _count;

    /// <summary>Bytes held at this moment; never more than the largest item may have.</summary>
    public int BufferBytes => _buffer.Length;

    /// <summary>The next item as it came, valid until the next call; null behind the last one.</summary>
    /// <exception cref="BatchRefusedException">The body is no sequence of items, or is out of bounds.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake() is { } item)
            {
                return item;
            }

            if (_isEnd)
            {
                return null;
            }

            await FillAsync(cancellationToken);
        }
    }

    private ReadOnlyMemory<byte>? TryTake()
    {
        try
        {
            var unread = _buffer.AsMemory(_start, _end - _start);
            var found = splitter.TryFind(unread.Span, _isEnd, out var used, out var item);
            _start += used;
            _count += found ? 1 : 0;

            // Without the cast null would become an empty memory, which is an item.
            return found ? (ReadOnlyMemory<byte>?)unread[item] : null;
        }
        catch (FormatException fault)
        {
            throw new BatchRefusedException(Problem.Of(ProblemType.NotJson, "body", fault.Message));
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_end >= itemBytesMax)
            {
                throw TooLarge($"items[{_count}] has more than the {itemBytesMax} bytes that are read. Send a shorter one, or raise Api:BodyBytesMax.");
            }

            Array.Resize(ref _buffer, (int)Math.Min(itemBytesMax, _buffer.Length * 2L));
        }

        var count = await body.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        var isStart = _read is 0;
        _read += count;
        _end += count;
        _isEnd = count is 0;
        if (_read > bytesMax)
        {
            throw TooLarge($"The body has more than the {bytesMax} bytes that are read. Send several batches, or raise Api:BatchBytesMax.");
        }

        // A body that is there already is read without a wait, for as long as it takes: others get their turn in between.
        await Task.Yield();
        if (isStart && _buffer.AsSpan(_start.._end) is [0xEF, 0xBB, 0xBF, ..])
        {
            _start += 3; // A byte order mark: allowed to ignore by RFC 8259, and common from Windows tools.
        }
    }

    private static BatchRefusedException TooLarge(string detail) => new(new Problem(ProblemType.BodyTooLarge, detail));
}

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

/// <summary>Ends the reading of a body that cannot become a batch. Nothing of it was accepted.</summary>
internal sealed class BatchRefusedException(Problem problem) : Exception
{
    public Problem Problem => problem;
}

namespace Pipeline.Api.Batches;

/// <summary>One item a line; empty lines are none.</summary>
internal sealed class LineSplitter : IItemSplitter
{
    private static ReadOnlySpan<byte> Space => " \t\r\n"u8;

    // Bytes that were looked through already: a long line must not be searched from its start with each piece.
    private int _seen;

    public bool TryFind(ReadOnlySpan<byte> bytes, bool isEnd, out int used, out Range item)
    {
        used = 0;
        while (true)
        {
            var newline = bytes[(used + _seen)..].IndexOf((byte)'\n');
            if (newline < 0 && !isEnd)
            {
                _seen = bytes.Length - used;
                item = default;
                return false;
            }

            var start = used;
            var end = newline < 0 ? bytes.Length : used + _seen + newline;
            used = newline < 0 ? end : end + 1;
            _seen = 0;
            if (bytes[start..end].IndexOfAnyExcept(Space) >= 0)
            {
                item = start..end;
                return true;
            }

            if (newline < 0)
            {
                item = default;
                return false;
            }
        }
    }
}

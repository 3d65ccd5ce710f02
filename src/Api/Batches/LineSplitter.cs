namespace Pipeline.Api.Batches;

/// <summary>One item a line; empty lines are none.</summary>
/// <param name="lineBytesMax">A line with more bytes is not kept: it is an item without any. Null: whoever reads limits them.</param>
internal sealed class LineSplitter(int? lineBytesMax = null) : IItemSplitter
{
    private static ReadOnlySpan<byte> Space => " \t\r\n"u8;

    // Bytes that were looked through already: a long line must not be searched from its start with each piece.
    private int _seen;

    // Within a line that is too long: its beginning is gone.
    private bool _isSkipping;

    public bool TryFind(ReadOnlySpan<byte> bytes, bool isEnd, out int used, out Range item)
    {
        used = 0;
        while (true)
        {
            var newline = bytes[(used + _seen)..].IndexOf((byte)'\n');
            if (newline < 0 && !isEnd)
            {
                Wait(bytes.Length, ref used);
                item = default;
                return false;
            }

            var start = used;
            var end = newline < 0 ? bytes.Length : used + _seen + newline;
            used = newline < 0 ? end : end + 1;
            _seen = 0;
            if (_isSkipping || end - start > lineBytesMax)
            {
                _isSkipping = false;
                item = start..start;
                return true;
            }

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

    private void Wait(int length, ref int used)
    {
        _isSkipping |= length - used > lineBytesMax;
        used = _isSkipping ? length : used;
        _seen = length - used;
    }
}

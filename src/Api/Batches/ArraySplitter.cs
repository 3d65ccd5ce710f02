namespace Pipeline.Api.Batches;

/// <summary>The elements of one JSON array.</summary>
internal sealed class ArraySplitter : IItemSplitter
{
    private Place _place = Place.BeforeArray;
    private int _count;

    // Of the element that is being read: where the search goes on, and what it is inside of.
    private int _seen;
    private int _depth;
    private bool _inString;

    private enum Place
    {
        BeforeArray,
        BeforeElement,
        InElement,
        AfterElement,
        AfterArray,
    }

    public bool TryFind(ReadOnlySpan<byte> bytes, bool isEnd, out int used, out Range item)
    {
        used = 0;
        while (true)
        {
            if (_place is Place.InElement)
            {
                if (FindEnd(bytes[used..]) is { } length)
                {
                    item = used..(used + length);
                    used += length;
                    _place = Place.AfterElement;
                    _count++;
                    return true;
                }

                break;
            }

            var next = bytes[used..].IndexOfAnyExcept(" \t\r\n"u8);
            if (next < 0)
            {
                used = bytes.Length;
                break;
            }

            used += next;
            used += Step(bytes[used]);
        }

        item = default;
        return isEnd && _place is not Place.AfterArray
            ? throw new FormatException(_place is Place.BeforeArray ? "is empty: send an array of items." : "ends before its array does: send all of it.")
            : false;
    }

    /// <summary>Takes one byte between elements; 0 when it belongs to an element.</summary>
    private int Step(byte value)
    {
        switch (_place, value)
        {
            case (Place.BeforeArray, (byte)'['):
                _place = Place.BeforeElement;
                return 1;
            case (Place.BeforeElement, (byte)']') when _count is 0:
            case (Place.AfterElement, (byte)']'):
                _place = Place.AfterArray;
                return 1;
            case (Place.AfterElement, (byte)','):
                _place = Place.BeforeElement;
                return 1;
            case (Place.BeforeElement, not ((byte)']' or (byte)',')):
                _place = Place.InElement;
                (_seen, _depth, _inString) = (0, 0, false);
                return 0;
            default:
                throw new FormatException(_place switch
                {
                    Place.BeforeArray => $"is no array: send [ … ], or one item a line with Content-Type: {BatchFormats.LinesType}.",
                    Place.AfterArray => "continues after its array: send one array.",
                    _ => $"has a '{(char)value}' after items[{_count - 1}] where a comma and an item, or the end of the array, should be.",
                });
        }
    }

    /// <summary>The element's length, or null when its end is not in these bytes.</summary>
    private int? FindEnd(ReadOnlySpan<byte> element)
    {
        for (; _seen < element.Length; _seen++)
        {
            var value = element[_seen];
            if (_inString)
            {
                // An escape and what it escapes are stepped over together; when the piece ends between them, _seen waits.
                if (value is (byte)'\\')
                {
                    if (_seen + 1 == element.Length)
                    {
                        return null;
                    }

                    _seen++;
                }
                else if (value is (byte)'"')
                {
                    _inString = false;
                }

                continue;
            }

            switch (value)
            {
                case (byte)'"':
                    _inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                case (byte)',' or (byte)']' or (byte)'}' when _depth is 0:
                    return _seen; // Behind a string, a number or a word.
                case (byte)'}' or (byte)']':
                    _depth--;
                    if (_depth is 0)
                    {
                        return _seen + 1;
                    }

                    break;
            }
        }

        return null;
    }
}

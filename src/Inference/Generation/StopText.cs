using System.Text;

namespace Pipeline.Inference.Generation;

/// <summary>
/// Turns the bytes of tokens into text, and ends it before a stop string. Text that may be the beginning of a stop string,
/// or half a character, is held back until it is known.
/// </summary>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _text = new();
    private readonly int _longestStop = stops.Select(stop => stop.Length).DefaultIfEmpty(0).Max();
    private int _released;

    /// <summary>True when a stop string was met; it and what follows are not part of the text.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Everything that may be seen so far.</summary>
    public string Text => _text.ToString(0, _released);

    /// <summary>Appends the bytes of a token and returns the text that this makes visible.</summary>
    public string Append(ReadOnlySpan<byte> bytes)
    {
        if (IsStopped)
        {
            return "";
        }

        char[] chars = new char[_decoder.GetCharCount(bytes, flush: false)];
        _decoder.GetChars(bytes, chars, flush: false);
        int searched = Math.Max(0, _text.Length - _longestStop);
        _text.Append(chars);
        string tail = _text.ToString(searched, _text.Length - searched);
        int found = stops.Select(stop => tail.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        IsStopped = found >= 0;
        return Release(IsStopped ? searched + found : _text.Length - Held(tail));
    }

    /// <summary>Ends the text and returns what was held back; half a character is dropped.</summary>
    public string Flush() => IsStopped ? "" : Release(_text.Length);

    private string Release(int length)
    {
        (int from, _released) = (_released, length);
        return _text.ToString(from, length - from);
    }

    /// <summary>Longest end of the text that begins a stop string.</summary>
    private int Held(string tail)
    {
        for (int length = Math.Min(tail.Length, _longestStop - 1); length > 0; length--)
        {
            if (stops.Any(stop => stop.AsSpan().StartsWith(tail.AsSpan(tail.Length - length))))
            {
                return length;
            }
        }

        return 0;
    }
}

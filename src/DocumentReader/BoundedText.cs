using System.Text;

namespace Pipeline.DocumentReader;

/// <summary>The text of a file as it grows; what no reader sees is left out.</summary>
/// <param name="bytesMax">In UTF-8.</param>
internal sealed class BoundedText(int bytesMax)
{
    private readonly StringBuilder _text = new();
    private int _bytes;

    public int BytesMax => bytesMax;

    public bool IsBlank { get; private set; } = true;

    /// <exception cref="UnreadableFileException">It is longer than a document may be.</exception>
    public void Append(ReadOnlySpan<char> words)
    {
        foreach (var rune in words.EnumerateRunes())
        {
            if (IsSeen(rune))
            {
                _bytes += rune.Utf8SequenceLength;
                if (_bytes > bytesMax)
                {
                    throw new UnreadableFileException(ReadingEnd.TooLong);
                }

                _text.Append(rune);
                IsBlank &= Rune.IsWhiteSpace(rune);
            }
        }
    }

    /// <summary>A line of its own; nothing where it is blank.</summary>
    public void Line(ReadOnlySpan<char> words)
    {
        words = words.Trim();
        if (words.IsEmpty)
        {
            return;
        }

        if (_text.Length > 0 && _text[^1] is not '\n')
        {
            Append("\n");
        }

        Append(words);
        Append("\n");
    }

    public override string ToString() => _text.ToString().Trim();

    /// <summary>No control characters, soft hyphens or characters without width.</summary>
    private static bool IsSeen(Rune rune) =>
        rune.Value is '\n' or '\t' || (!Rune.IsControl(rune) && rune.Value is not (0xAD or 0x200B or 0x2060 or 0xFEFF or 0xFFFE or 0xFFFF));
}

using System.Runtime.InteropServices;

namespace Pipeline.Api.Documents.Html;

/// <summary>The text of a page while it is written, line by line.</summary>
/// <param name="lengthMax">More is not kept: see <see cref="IsFull"/>.</param>
internal sealed class PageText(int lengthMax)
{
    private readonly List<char> _text = [];
    private char _last = '\n';

    public int Length => _text.Count;

    public bool IsFull => _text.Count > lengthMax;

    /// <param name="isKept">White space stays as it is; else any amount of it is one space, as on a page.</param>
    public void Append(ReadOnlySpan<char> words, bool isKept)
    {
        for (var i = 0; i < words.Length && !IsFull; i++)
        {
            var letter = words[i];
            if (!isKept && char.IsWhiteSpace(letter))
            {
                Space();
            }
            else if (letter is not '\r')
            {
                Write(letter);
            }
            else if (words[i..] is not [_, '\n', ..])
            {
                Write('\n');
            }
        }
    }

    public void Append(string words) => Append(words, isKept: false);

    public void Space()
    {
        if (_last is not (' ' or '\n' or '\t'))
        {
            Write(' ');
        }
    }

    public void EndLine()
    {
        var length = _text.Count;
        while (length > 0 && _text[length - 1] is ' ' or '\t')
        {
            length--;
        }

        CutTo(length);
        if (_last is not '\n')
        {
            Write('\n');
        }
    }

    public string From(int start, int length) => CollectionsMarshal.AsSpan(_text).Slice(start, length).ToString();

    public void CutTo(int length)
    {
        if (length < _text.Count)
        {
            CollectionsMarshal.SetCount(_text, length);
            _last = length > 0 ? _text[length - 1] : '\n';
        }
    }

    /// <summary>Without white space around it, but with the indent of its first line.</summary>
    public override string ToString() => CollectionsMarshal.AsSpan(_text).TrimEnd().TrimStart('\n').ToString();

    private void Write(char letter)
    {
        if (!IsInvisible(letter))
        {
            _text.Add(letter);
            _last = letter;
        }
    }

    /// <summary>
    /// Soft hyphens and characters without a width: a word with one inside would not be found. Joiners stay where they shape
    /// what is seen: between the letters of Arabic and Indic scripts and in emoji.
    /// </summary>
    private bool IsInvisible(char letter) => letter switch
    {
        '\0' or '\u00AD' or '\u180E' or '\u200B' or '\u2060' or '\uFEFF' => true,
        '\u200C' or '\u200D' => !(_last is >= '\u0600' and < '\u1100' or >= '\u2190' and < '\u2C00' or '\uFE0F' || char.IsSurrogate(_last)),
        _ => false,
    };
}

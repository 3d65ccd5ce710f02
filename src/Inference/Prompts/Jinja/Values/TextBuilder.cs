using System.Text;

namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>Puts a text together and keeps in mind what of it came from outside.</summary>
/// <param name="lengthMax">Most characters.</param>
internal sealed class TextBuilder(int lengthMax)
{
    private readonly StringBuilder _text = new();
    private readonly List<InputSpan> _inputs = [];

    public TextBuilder Append(Text text)
    {
        int start = _text.Length;
        Append(text.Value.AsSpan());
        foreach (InputSpan span in text.Inputs)
        {
            Mark(new(span.Start + start, span.End + start, span.Source));
        }

        return this;
    }

    /// <summary>Appends text of the template, or of <paramref name="source"/>.</summary>
    public TextBuilder Append(ReadOnlySpan<char> text, int? source = null)
    {
        if (text.Length > lengthMax - _text.Length)
        {
            throw new JinjaException($"a text gets longer than {lengthMax} characters");
        }

        _text.Append(text);
        if (source is int known && text.Length > 0)
        {
            Mark(new(_text.Length - text.Length, _text.Length, known));
        }

        return this;
    }

    public Text ToText() => new(_text.ToString(), [.. _inputs]);

    private void Mark(InputSpan span)
    {
        if (_inputs.Count > 0 && _inputs[^1].End == span.Start && _inputs[^1].Source == span.Source)
        {
            _inputs[^1] = _inputs[^1] with { End = span.End };
        }
        else
        {
            _inputs.Add(span);
        }
    }
}

using System.Text;

namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>Replaces characters one by one; what a user's character becomes is the user's.</summary>
internal static class Escaping
{
    /// <param name="escape">Null keeps the character.</param>
    public static Text Escape(Text text, Func<char, string?> escape)
    {
        StringBuilder written = new(text.Value.Length);
        List<InputSpan> inputs = [];
        int span = 0, start = 0;
        for (int i = 0; i < text.Value.Length; i++)
        {
            start = span < text.Inputs.Count && text.Inputs[span].Start == i ? written.Length : start;
            _ = escape(text.Value[i]) is { } escaped ? written.Append(escaped) : written.Append(text.Value[i]);
            if (span < text.Inputs.Count && text.Inputs[span].End == i + 1)
            {
                inputs.Add(new(start, written.Length, text.Inputs[span++].Source));
            }
        }

        return new(written.ToString(), [.. inputs]);
    }
}

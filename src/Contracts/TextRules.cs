using Pipeline.Contracts.Unicode;

namespace Pipeline.Contracts;

/// <summary>The checks that every text field of every kind shares.</summary>
public static class TextRules
{
    /// <summary>Problems of a required text: missing, without anything visible, or longer than <see cref="InputLimits.TextLengthMax"/>.</summary>
    public static IEnumerable<InputProblem> Required(string field, string? text, InputLimits limits)
    {
        if (text is null)
        {
            yield return new(field, "is required: send a string.");
        }
        else if (VisibleText.IsBlank(text))
        {
            yield return new(field, "is empty, or has nothing that can be seen: send a text.");
        }
        else if (text.Length > limits.TextLengthMax)
        {
            yield return new(
                field,
                $"has {text.Length} characters; at most {limits.TextLengthMax} are accepted. Split the text, or raise Input:TextLengthMax.");
        }
    }
}

using System.Text;

namespace Pipeline.Inference.Structured.Rules;

/// <summary>A JSON scalar as it is written in an answer.</summary>
internal sealed record Literal(byte[] Utf8, JsonKinds Kind)
{
    public static Literal True { get; } = new("true"u8.ToArray(), JsonKinds.True);

    public static Literal False { get; } = new("false"u8.ToArray(), JsonKinds.False);

    public static Literal Null { get; } = new("null"u8.ToArray(), JsonKinds.Null);

    /// <summary>A string, escaped as little as JSON allows; null when it has a control character that only \u could write.</summary>
    public static Literal? Quote(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char character in text)
        {
            if (character is '"' or '\\')
            {
                quoted.Append('\\').Append(character);
            }
            else if (character >= ' ')
            {
                quoted.Append(character);
            }
            else if ("\b\f\n\r\t".IndexOf(character) is >= 0 and int escape)
            {
                quoted.Append('\\').Append("bfnrt"[escape]);
            }
            else
            {
                return null;
            }
        }

        return new(Encoding.UTF8.GetBytes(quoted.Append('"').ToString()), JsonKinds.String);
    }
}

using System.Text;
using System.Text.Json;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>JSON as documents show it: <c>…</c> stands for what was left out, and several values may follow one another.</summary>
internal static class AbridgedJson
{
    /// <summary>The name of a property, or the value, that stands for what was left out.</summary>
    public const string Rest = "…";

    public static IReadOnlyList<JsonElement> Read(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(Complete(text)), new() { AllowMultipleValues = true });
        List<JsonElement> values = [];
        while (reader.Read())
        {
            values.Add(JsonElement.ParseValue(ref reader));
        }

        return values;
    }

    /// <summary>The same as JSON: a name or a value wherever something was left out.</summary>
    private static string Complete(string text)
    {
        var whole = new StringBuilder();
        Stack<char> open = [];
        var (isText, last) = (false, ' ');
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (isText && letter is '\\')
            {
                whole.Append(letter).Append(text[++at]);
                continue;
            }

            if (letter is '"')
            {
                isText = !isText;
            }
            else if (!isText && letter is '{' or '[')
            {
                open.Push(letter);
            }
            else if (!isText && letter is '}' or ']')
            {
                open.Pop();
            }

            whole.Append(isText || letter is not '…' ? letter.ToString() : open.Peek() is '{' && last is not ':' ? $"\"{Rest}\":true" : $"\"{Rest}\"");
            last = char.IsWhiteSpace(letter) ? last : letter;
        }

        return whole.ToString();
    }
}

using System.Text;
using System.Text.Json;

namespace Pipeline.Contracts;

/// <summary>
/// An answer with calls as one text that streams: the content, then each call behind a record separator (U+001E), as its id and
/// name in a JSON array, a unit separator (U+001F), and its arguments. No content has these characters.
/// </summary>
public static class StreamedCalls
{
    public const char Call = '\u001e';
    public const char Arguments = '\u001f';

    public static string Write(string content, IReadOnlyList<ToolCall>? calls) =>
        calls is null ? content : calls.Aggregate(new StringBuilder(content), (text, call) => text.Append(Head(call.Id, call.Name)).Append(call.Arguments)).ToString();

    /// <summary>What stands before the arguments of a call.</summary>
    public static string Head(string id, string name) => $"{Call}[\"{JsonEncodedText.Encode(id)}\",\"{JsonEncodedText.Encode(name)}\"]{Arguments}";

    /// <summary>Content that cannot be taken for calls.</summary>
    public static string Clean(string content) =>
        content.AsSpan().IndexOfAny(Call, Arguments) < 0 ? content : new([.. content.Where(character => character is not (Call or Arguments))]);

    /// <summary>The content of a text so far, and its calls, the last one perhaps not yet complete.</summary>
    public static (string Content, IReadOnlyList<ToolCall> Calls) Read(string text)
    {
        var parts = text.Split(Call);
        return (parts[0], [.. parts.Skip(1).Select(ReadCall).OfType<ToolCall>()]);
    }

    /// <summary>Null where its head has not come yet.</summary>
    private static ToolCall? ReadCall(string part)
    {
        var end = part.IndexOf(Arguments, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var head = JsonElement.Parse(part[..end]);
        return new(head[0].GetString()!, head[1].GetString()!, part[(end + 1)..]);
    }
}

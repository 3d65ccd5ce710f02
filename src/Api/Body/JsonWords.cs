using System.Text.Json;

namespace Pipeline.Api.Body;

/// <summary>JSON types as messages call them.</summary>
internal static class JsonWords
{
    public static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    public static string Mismatch(JsonElement value, string expected) => $"is {Name(value.ValueKind)}; expected {expected}.";

    public static string Unknown(IEnumerable<string> known) => $"is not a known field. Known: {string.Join(", ", known)}.";
}

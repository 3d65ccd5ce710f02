using System.Globalization;
using System.Text.Json;

namespace Pipeline.Console.Calls;

/// <summary>
/// Reads what the API answers by names of fields, with dots between them. What is not there is null, so that a page shows the rest:
/// the shapes are the API's, and copied nowhere.
/// </summary>
internal static class JsonReading
{
    public static JsonElement? Find(this JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind is JsonValueKind.Null ? null : element;
    }

    public static string? Text(this JsonElement element, string path) => element.Find(path) is { } found
        ? found.ValueKind is JsonValueKind.String ? found.GetString() : found.GetRawText()
        : null;

    public static double? Number(this JsonElement element, string path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Number } found ? found.GetDouble() : null;

    public static bool Flag(this JsonElement element, string path) => element.Find(path) is { ValueKind: JsonValueKind.True };

    public static DateTimeOffset? Time(this JsonElement element, string path) =>
        element.Text(path) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static IReadOnlyList<JsonElement> Items(this JsonElement element, string path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Array } found ? [.. found.EnumerateArray()] : [];

    public static IReadOnlyList<JsonProperty> Fields(this JsonElement element, string path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Object } found ? [.. found.EnumerateObject()] : [];
}

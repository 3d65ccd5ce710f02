using System.Text;
using System.Text.Json;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Documents;

/// <summary>What metadata, and filters over it, may be: any JSON object that the database's jsonb takes.</summary>
internal static class MetadataRules
{
    public const string Empty = "{}";

    /// <summary>The object's text; null once it is reported what is wrong.</summary>
    public static string? Read(JsonElement value, string path, int bytesMax, InputErrors errors)
    {
        var text = value.GetRawText();
        if (Encoding.UTF8.GetByteCount(text) is var bytes && bytes > bytesMax)
        {
            errors.Add(path, $"has {bytes} bytes; at most {bytesMax} are accepted (Documents:MetadataBytesMax).");
            return null;
        }

        var before = errors.Count;
        CheckNumbers(value, path, errors);
        return errors.Count == before ? text : null;
    }

    // The depth is bounded by that of the body.
    private static void CheckNumbers(JsonElement value, string path, InputErrors errors)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when DatabaseNumber.Fault(value) is { } fault:
                errors.Add(path, $"is {fault}: send it as a string.");
                break;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    CheckNumbers(property.Value, $"{path}.{property.Name}", errors);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, element) in value.EnumerateArray().Index())
                {
                    CheckNumbers(element, $"{path}[{index}]", errors);
                }

                break;
        }
    }
}

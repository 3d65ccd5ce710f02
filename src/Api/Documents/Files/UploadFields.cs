using System.Buffers;
using System.Text;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Documents.Files;

/// <summary>
/// The fields beside a file, which are strings in a form and in a query, as the JSON body that they would be: so they mean, and are
/// refused, the same.
/// </summary>
internal sealed class UploadFields(int depthMax)
{
    private const string Metadata = "metadata";
    private const string Cache = "cache";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public InputErrors Errors { get; } = new();

    /// <summary>The format that the file is said to have.</summary>
    public string? Format => _values.GetValueOrDefault("format");

    /// <summary>An empty field of a page is one that nobody filled in.</summary>
    public void Add(string name, string value)
    {
        if (value.Trim().Length > 0 && !_values.TryAdd(name, value))
        {
            Errors.Add(name, "is there more than once: send it once.");
        }
    }

    /// <summary>The body; null once it is reported what is wrong.</summary>
    public (JsonElement? Root, Problem? Problem) ToJson()
    {
        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in _values)
            {
                Write(writer, name, value);
            }

            writer.WriteEndObject();
        }

        if (Errors.Any)
        {
            return (null, Errors.ToProblem());
        }

        return ComposedJson.Read(json.WrittenMemory, depthMax, out var composed) is { } problem
            ? (null, problem)
            : (JsonElement.Parse(composed.Span, new JsonDocumentOptions { MaxDepth = depthMax }), null);
    }

    private void Write(Utf8JsonWriter writer, string name, string value)
    {
        writer.WritePropertyName(name);
        if (name is Metadata && JsonScan.Check(Encoding.UTF8.GetBytes(value), depthMax - 1) is not null)
        {
            Errors.Add(Metadata, "is not JSON: send an object, such as {\"team\":\"shop\"}.");
            writer.WriteNullValue();
        }
        else if (name is Metadata || (name is Cache && value is "true" or "false"))
        {
            writer.WriteRawValue(value, skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(value);
        }
    }
}

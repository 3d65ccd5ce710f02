using System.Text;
using System.Text.Json;

namespace Pipeline.Api.Mcp;

/// <summary>The request of the API that a call of a tool stands for.</summary>
/// <param name="Operation">The name of the endpoint in the OpenAPI document.</param>
internal sealed record ToolRequest(string Method, string Path, string Operation)
{
    /// <summary>The job that the path names.</summary>
    public string? Id { get; init; }

    public string? Query { get; init; }

    public byte[]? Body { get; init; }

    /// <summary>How long the request is held, in seconds as they were sent; null for not at all.</summary>
    public string? WaitSeconds { get; init; }

    public string? IdempotencyKey { get; init; }
}

/// <summary>The arguments of a call, as they were sent: the API that gets them checks them.</summary>
internal sealed class ToolArguments(IReadOnlyDictionary<string, JsonElement> values)
{
    public IEnumerable<string> Names => values.Keys;

    /// <summary>A text as it is, anything else as JSON; null where there is none.</summary>
    public string? Text(string name) =>
        !values.TryGetValue(name, out var value) || value.ValueKind is JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString()
        : value.GetRawText();

    /// <summary>All but these as an object.</summary>
    public byte[] BodyWithout(params IReadOnlyList<string> names) => Encoding.UTF8.GetBytes(
        JsonSerializer.Serialize(values.Where(value => !names.Contains(value.Key)).ToDictionary(), ApiJson.Wire.DictionaryStringJsonElement));
}

using System.Text.Json;

namespace Pipeline.Api.Tests.Fuzzing;

/// <summary>An operation of the OpenAPI document, with what requests of it are made from.</summary>
/// <param name="Queries">Names of its query parameters.</param>
/// <param name="Headers">Names of its header parameters.</param>
/// <param name="Bodies">Examples of its body; empty where it takes none.</param>
internal sealed record FuzzedOperation(
    string Method, string Path, IReadOnlyList<string> Queries, IReadOnlyList<string> Headers, IReadOnlyList<string> Bodies)
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    /// <summary>What the document has no example of in JSON.</summary>
    private static readonly Dictionary<string, string> MoreBodies = new()
    {
        ["/v1/files"] = """{"purpose":"batch","file":"{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/api/emotion\",\"body\":{\"text\":\"a\"}}"}""",
        ["/v1/batches"] = """{"input_file_id":"file-019a9c1e7f0070008000000000000000","endpoint":"/api/emotion","completion_window":"24h","metadata":{"a":"b"}}""",
        ["/v1/chat/completions"] = """
            {"model":"chat","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"tools":[{"type":"function","function":{"name":"f",
             "parameters":{"type":"object","properties":{"a":{"type":"string","pattern":"^a+$"},"b":{"anyOf":[{"type":"integer","minimum":1},{"enum":[null,1]}]}}}}}],
             "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","properties":{"x":{"$ref":"#/$defs/y"}},"$defs":{"y":{"type":"number"}}}}}}
            """,
        ["/v1/responses"] = """
            {"model":"chat","input":[{"role":"user","content":[{"type":"input_text","text":"Hi"}]}],"background":true,"text":{"format":{"type":"json_object"}},
             "tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"previous_response_id":"resp_019a9c1e7f0070008000000000000000"}
            """,
    };

    public static IReadOnlyList<FuzzedOperation> Read(JsonElement document) =>
    [
        .. document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject()
                .Where(operation => Methods.Contains(operation.Name))
                .Select(operation => Read(path.Name, operation.Name, operation.Value))),
    ];

    private static FuzzedOperation Read(string path, string method, JsonElement operation) =>
        new(method.ToUpperInvariant(), path, [.. Parameters(operation, "query")], [.. Parameters(operation, "header")], [.. ReadBodies(path, operation)]);

    private static IEnumerable<string> Parameters(JsonElement operation, string place) => operation.TryGetProperty("parameters", out var parameters)
        ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").ValueEquals(place)).Select(parameter => parameter.GetProperty("name").GetString()!)
        : [];

    private static IEnumerable<string> ReadBodies(string path, JsonElement operation)
    {
        if (!operation.TryGetProperty("requestBody", out var body))
        {
            yield break;
        }

        foreach (var media in body.GetProperty("content").EnumerateObject().Where(media => media.Value.TryGetProperty("examples", out _)))
        {
            foreach (var example in media.Value.GetProperty("examples").EnumerateObject())
            {
                yield return example.Value.GetProperty("value").GetRawText();
            }
        }

        yield return MoreBodies.GetValueOrDefault(path, "{}");
    }
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Pipeline.Cli.Tests.Wire;

/// <summary>Documents that are found by any word that they share with a query, in the order in which they were added.</summary>
internal sealed class FakeLibrary
{
    private readonly ConcurrentDictionary<string, JsonNode> _documents = new();

    public int Count => _documents.Count;

    /// <summary>Why documents fail, if they do.</summary>
    public string? Failure { get; set; }

    /// <summary>What the pipeline answers to a question that a document has a word of.</summary>
    public (int Status, JsonNode Body) Known { get; set; } = (503, new JsonObject { ["type"] = "urn:pipeline:problem:model-cannot-write", ["title"] = "No model" });

    /// <summary>Null where it is not asked for documents.</summary>
    public (int Status, JsonNode Body)? Answer(string method, string path, JsonNode? body)
    {
        switch (method, path)
        {
            case ("POST", "/api/documents"):
                var id = Guid.CreateVersion7().ToString();
                _documents[id] = body!.DeepClone();
                return (202, new JsonObject { ["id"] = id, ["state"] = "queued" });
            case ("GET", _) when path.StartsWith("/api/documents/", StringComparison.Ordinal):
                return (200, new JsonObject
                {
                    ["id"] = path.Split('/')[^1],
                    ["state"] = Failure is null ? "ready" : "failed",
                    ["error"] = Failure is { } message ? new JsonObject { ["code"] = "rejected", ["message"] = message } : null,
                });
            case ("DELETE", _) when _documents.TryRemove(path.Split('/')[^1], out _):
                return (200, new JsonObject());
            case ("POST", "/api/search"):
                var mode = body!["mode"]?.GetValue<string>();
                var results = Find(body, "query").Take(mode is "words" ? 1 : 5);
                return (200, new JsonObject { ["results"] = new JsonArray([.. results]), ["model"] = mode is "words" ? null : "m" });
            case ("POST", "/api/ask"):
                return Find(body!, "question").Any() ? (Known.Status, Known.Body.DeepClone()) : (200, new JsonObject { ["known"] = false, ["answer"] = "?", ["sources"] = new JsonArray() });
            default:
                return null;
        }
    }

    private IEnumerable<JsonNode> Find(JsonNode body, string field)
    {
        var words = body[field]!.GetValue<string>().Split(' ');
        return _documents.OrderBy(document => document.Key, StringComparer.Ordinal)
            .Where(document => JsonNode.DeepEquals(document.Value["metadata"], body["filter"]))
            .Where(document => words.Intersect(document.Value["text"]!.GetValue<string>().Split(' ')).Any())
            .Select(document => new JsonObject { ["document_id"] = document.Key, ["chunk"] = 0, ["text"] = "…", ["score"] = 1 });
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>
/// Every operation of the OpenAPI document, asked with the examples that the document has, of a running system with the model
/// that ships. Its answers have the shape that the document gives them.
/// </summary>
public sealed class OpenApiExamplesTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    // By the part of a path before its id or name: what the examples made, or what the test made for them.
    private readonly Dictionary<string, string> _ids = new()
    {
        ["/v1/models"] = "chat",
        ["/api/queues"] = "emotion",
        ["/api/schedules"] = "nightly-reports",
        ["/api/keys"] = "web",
        ["/api/users"] = "user-7",
        ["/api/documents/by-key"] = "handbook",
        ["/api/pauses"] = "queue/document-bulk",
    };

    [Fact]
    public async Task Every_operation_answers_as_the_document_shows()
    {
        await using var system = await DocumentedSystem.StartAsync(database);
        var http = system.Http;
        await PrepareAsync(system);
        var document = await http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(operation => Methods.Contains(operation.Name)).Select(operation => (path.Name, operation.Name, operation.Value)))
            .OrderBy(operation => Turn(operation.Item1, operation.Item2));

        List<string> faults = [];
        foreach (var (path, method, operation) in operations)
        {
            foreach (var body in Bodies(operation))
            {
                try
                {
                    await TryAsync(http, new(document), path, method, operation, body);
                }
                catch (ShouldAssertException fault)
                {
                    faults.Add(fault.Message);
                }
            }
        }

        faults.ShouldBeEmpty();
    }

    /// <summary>What makes things before what reads and changes them, then what ends them, and what begins them again; last what stops others.</summary>
    private static int Turn(string path, string method) => (method, IsOfOne(path)) switch
    {
        _ when path.EndsWith("/drain", StringComparison.Ordinal) => method is "put" ? 9 : 10,
        _ when path is "/api/jobs/actions/{id}" => method is "get" ? 7 : 8,
        _ when path is "/api/jobs/cancel" => 6,
        _ when path.EndsWith("/erase", StringComparison.Ordinal) => 11,
        _ when path.EndsWith("/retry", StringComparison.Ordinal) => 5,
        // While it runs, so before it is canceled.
        _ when path.EndsWith("/pause", StringComparison.Ordinal) || path.EndsWith("/resume", StringComparison.Ordinal) => 1,
        ("post", false) => 0,
        ("put" or "patch", _) => 1,
        ("post", true) => 2,
        ("get", _) => 3,
        _ => 4,
    };

    private static bool IsOfOne(string path) => path.Contains('{', StringComparison.Ordinal);

    /// <summary>What no example makes: the first key, a job that waits, and a webhook.</summary>
    private async Task PrepareAsync(DocumentedSystem system)
    {
        // Before anything else, because what the client without a key owns is out of reach once there is one.
        using var made = await system.Http.PostAsJsonAsync("/api/keys", new { name = "admin" });
        system.Http.DefaultRequestHeaders.Authorization = new("Bearer", (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
        using var secret = await system.Http.PostAsJsonAsync("/api/webhooks/secrets", new { });
        using var called = await system.Http.PostAsJsonAsync("/api/emotion", new { text = "I got the job!", callback_url = $"{system.Receiver.Address}/hooks" });
        _ids["/api/webhooks/deliveries"] = (await system.Receiver.NextAsync()).Id;
        _ids["/api/jobs"] = await system.SubmitWaitingAsync();
        await PrepareFileBatchAsync(system.Http);

        // Only what is answered in the background can be canceled.
        using var later = await system.Http.PostAsJsonAsync("/v1/responses", new { model = "chat", input = "Later.", background = true });
        _ids["/v1/responses"] = (await later.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        _ids["/api/workers"] = (await system.Http.GetFromJsonAsync<JsonElement>("/api/workers")).GetProperty("workers")[0].GetProperty("id").GetString()!;
        _ids["/api/models"] = await ChatModelAsync(system.Http);
    }

    /// <summary>The API knows what workers have a second later.</summary>
    private static async Task<string> ChatModelAsync(HttpClient http)
    {
        string? name = null;
        await Eventually.TrueAsync(async () => (name = (await http.GetFromJsonAsync<JsonElement>("/api/models")).GetProperty("models").EnumerateArray()
            .Where(model => model.GetProperty("kinds")[0].GetString() is not "embedding").Select(model => model.GetProperty("name").GetString()).FirstOrDefault()) is not null);
        return name!;
    }

    /// <summary>A form is no example, and a batch needs the file that it makes. Cancelled in its turn, and then retried.</summary>
    private async Task PrepareFileBatchAsync(HttpClient http)
    {
        const string Line = """{"custom_id":"a","method":"POST","url":"/api/report","body":{"items":[{"question":"Why?","answer":"Why not."}]}}""";
        using MultipartFormDataContent form = new() { { new StringContent("batch"), "purpose" }, { new StringContent(Line), "file", "lines.jsonl" } };
        using var uploaded = await http.PostAsync("/v1/files", form);
        _ids["/v1/files"] = (await uploaded.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        using var begun = await http.PostAsJsonAsync("/v1/batches", new { input_file_id = _ids["/v1/files"], endpoint = "/api/report", completion_window = "24h" });
        _ids["/v1/batches"] = (await begun.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await Eventually.TrueAsync(async () =>
            (await http.GetFromJsonAsync<JsonElement>($"/v1/batches/{_ids["/v1/batches"]}")).GetProperty("status").GetString() is "in_progress");
    }

    private static IEnumerable<string?> Bodies(JsonElement operation) =>
        !operation.TryGetProperty("requestBody", out var body) ? [null]
        : !body.GetProperty("content").TryGetProperty("application/json", out var json) || !json.TryGetProperty("examples", out var examples) ? []
        : examples.EnumerateObject().Select(string? (example) => example.Value.GetProperty("value").GetRawText());

    private async Task TryAsync(HttpClient http, AnswerShape shape, string path, string method, JsonElement operation, string? body)
    {
        var isOfOne = IsOfOne(path);
        var address = isOfOne ? path.Replace("{id}", "{name}", StringComparison.Ordinal).Replace("{queue}", "{name}", StringComparison.Ordinal).Replace("{key}", "{name}", StringComparison.Ordinal).Replace("{user}", "{name}", StringComparison.Ordinal).Replace("{scope}/{name}", "{name}", StringComparison.Ordinal).Replace("{name}", _ids[path.Split("/{")[0]], StringComparison.Ordinal) : path;
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), address)
        {
            Content = body is null ? null : new StringContent(body, null, "application/json"),
        };
        if (method is not "get")
        {
            request.Headers.Add("Prefer", "wait=60"); // One of the jobs that are read waits for ever.
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var place = $"{method} {path} {body}";
        var isKnown = operation.GetProperty("responses").TryGetProperty($"{(int)response.StatusCode}", out var documented);
        (response.IsSuccessStatusCode && (isKnown || response.StatusCode is System.Net.HttpStatusCode.NoContent))
            .ShouldBeTrue($"{place}: {(int)response.StatusCode}");
        if (response.Content.Headers.ContentType?.MediaType is not { } media || media is "text/event-stream")
        {
            return; // Of a job that waits it would not end.
        }

        var answer = documented.GetProperty("content").GetProperty(media);
        if (media is "application/json")
        {
            var actual = await response.Content.ReadFromJsonAsync<JsonElement>();
            if (method is "post" && !isOfOne && actual.TryGetProperty("id", out var id))
            {
                _ids.TryAdd(path is "/api/jobs/batch" ? "/api/batches" : path is "/api/jobs/cancel" or "/api/jobs/retry" ? "/api/jobs/actions" : path, id.GetString()!);
            }

            var isList = actual.TryGetProperty("jobs", out var jobs) && method is "post";
            foreach (var one in isList ? jobs.EnumerateArray().ToArray() : [actual])
            {
                shape.Check(answer.GetProperty("schema"), one, place);
            }
        }
    }
}

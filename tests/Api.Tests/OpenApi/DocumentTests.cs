using System.Globalization;
using System.Text.Json;
using Pipeline.Api.BareResults;
using Pipeline.Api.Problems;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.OpenApi;

public sealed class DocumentTests(LocalApi api)
{
    [Fact]
    public async Task The_document_has_every_endpoint_with_answers_and_problems()
    {
        var operations = await OperationsAsync();

        operations.Keys.ShouldBe(
            [
                "post /conversation/chat", "post /api/emotion", "post /api/embeddings", "post /api/documents", "get /api/documents",
                "get /api/documents/{id}", "delete /api/documents/{id}", "get /api/documents/{id}/text", "get /api/documents/{id}/chunks",
                "put /api/documents/by-key/{key}", "get /api/documents/by-key/{key}", "delete /api/documents/by-key/{key}", "post /api/search", "post /api/ask", "post /api/chat/completions", "post /api/feedback", "post /api/interview/step", "post /api/report",
                "post /api/conversations", "get /api/conversations", "get /api/conversations/{id}", "delete /api/conversations/{id}",
                "post /api/conversations/{id}/messages", "post /api/interviews", "get /api/interviews/{id}", "delete /api/interviews/{id}",
                "post /api/interviews/{id}/answers", "post /api/jobs", "get /api/jobs", "get /api/jobs/{id}", "delete /api/jobs/{id}",
                "post /api/jobs/{id}/retry", "post /api/jobs/batch", "get /api/batches", "get /api/batches/{id}",
                "get /api/batches/{id}/results", "delete /api/batches/{id}", "get /api/queues", "get /api/queues/{queue}/load", "get /api/usage", "get /api/usage/busiest", "get /api/kinds",
                "get /api/jobs/{id}/events", "get /api/jobs/{id}/attempts", "get /api/jobs/{id}/input", "get /api/jobs/failures", "post /v1/chat/completions", "post /v1/completions", "post /v1/embeddings", "get /v1/models", "get /v1/models/{id}",
                "post /v1/responses", "get /v1/responses/{id}", "get /v1/responses/{id}/input_items", "post /v1/responses/{id}/cancel", "delete /v1/responses/{id}",
                "post /v1/files", "get /v1/files", "get /v1/files/{id}", "get /v1/files/{id}/content", "delete /v1/files/{id}",
                "post /v1/batches", "get /v1/batches", "get /v1/batches/{id}", "get /v1/batches/{id}/output", "post /v1/batches/{id}/cancel", "post /v1/batches/{id}/retry", "post /v1/batches/{id}/pause", "post /v1/batches/{id}/resume",
                "get /api/webhooks/deliveries", "get /api/webhooks/deliveries/{id}", "post /api/webhooks/deliveries/{id}/replay",
                "post /api/webhooks/secrets", "get /api/webhooks/secrets", "delete /api/webhooks/secrets/{id}",
                "get /api/prompts", "post /api/prompts", "post /api/prompts/preview", "get /api/prompts/{id}", "put /api/prompts/{id}",
                "delete /api/prompts/{id}", "get /api/prompts/{id}/versions", "post /api/prompts/{id}/rollback",
                "get /api/activity", "post /api/activity", "get /api/activity/{id}", "get /api/activity/settings", "put /api/activity/settings",
                "get /api/schedules", "post /api/schedules/{id}/run", "post /api/schedules/{id}/pause", "post /api/schedules/{id}/resume",
                "get /api/pauses", "put /api/pauses/{scope}/{name}", "delete /api/pauses/{scope}/{name}", "get /api/models", "put /api/models/{name}/file", "delete /api/models/{name}/file", "get /api/workers", "put /api/workers/{id}/drain",
                "delete /api/workers/{id}/drain", "get /api/audit", "post /api/jobs/cancel", "post /api/jobs/retry", "post /api/jobs/erase", "delete /api/activity/{id}", "get /api/users/{user}/export", "delete /api/users/{user}", "post /api/keys/{name}/erase", "get /api/jobs/actions", "get /api/jobs/actions/{id}",
                "delete /api/jobs/actions/{id}", "get /api/keys/me", "get /api/keys", "post /api/keys", "post /api/keys/{name}/rotate", "patch /api/keys/{name}", "delete /api/keys/{name}", "get /health", "get /health/live", "get /health/ready",
            ],
            ignoreOrder: true);
        operations["delete /api/interviews/{id}"].GetProperty("responses").TryGetProperty("204", out _).ShouldBeTrue();
        operations["post /api/emotion"].GetProperty("responses").EnumerateObject().Select(response => response.Name)
            .ShouldBe(["200", "202", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503", "504"], ignoreOrder: true);
    }

    [Fact]
    public async Task Every_answer_has_an_example()
    {
        foreach (var (name, operation) in await OperationsAsync())
        {
            foreach (var response in operation.GetProperty("responses").EnumerateObject())
            {
                if (response.Name is "204")
                {
                    response.Value.TryGetProperty("content", out _).ShouldBeFalse(name);
                    continue;
                }

                // The result alone is a second type of the same answer.
                var media = response.Value.GetProperty("content").EnumerateObject().Where(media => media.Name is not ResultChoice.MediaType)
                    .ShouldHaveSingleItem($"{name} {response.Name}");
                media.Value.TryGetProperty("example", out var example).ShouldBeTrue($"{name} {response.Name}");
                media.Name.ShouldBe(
                    example.ValueKind is JsonValueKind.String
                        ? name.EndsWith("events", StringComparison.Ordinal) ? "text/event-stream"
                        : name.EndsWith("content", StringComparison.Ordinal) ? "application/octet-stream" : "application/x-ndjson"
                    : example.TryGetProperty("detail", out _) ? "application/problem+json" : "application/json");
            }
        }
    }

    [Fact]
    public async Task Every_request_example_is_accepted_as_it_stands()
    {
        var tried = 0;
        foreach (var (name, operation) in await OperationsAsync())
        {
            // Below a path with an id there is nothing to send to as it stands. A first key would end what the other tests share, and so would
            // an action on all of its jobs: see KeysTests and JobActionsTests.
            if (operation.TryGetProperty("requestBody", out var body) && !name.Contains('{', StringComparison.Ordinal)
                && name is not ("post /api/keys" or "post /api/jobs/cancel" or "post /api/jobs/retry"))
            {
                var media = body.GetProperty("content").EnumerateObject().First().Value; // A form has no examples.
                foreach (var example in media.TryGetProperty("examples", out var examples) ? examples.EnumerateObject().ToArray() : [])
                {
                    var content = ApiClient.Json(System.Text.Encoding.UTF8.GetBytes(example.Value.GetProperty("value").GetRawText()));
                    (await api.Client.SendAsync(HttpMethod.Parse(name.Split(' ')[0]), name.Split(' ')[1], content)).Status.ToString(CultureInfo.InvariantCulture)
                        .ShouldBeOneOf([.. operation.GetProperty("responses").EnumerateObject().Select(response => response.Name).Where(status => status[0] is '2')], example.Name);
                    tried++;
                }
            }
        }

        tried.ShouldBe(37);
    }

    [Fact]
    public async Task Kinds_show_their_results_alone_as_another_type_of_the_answer()
    {
        var operations = await OperationsAsync();

        Fields("post /api/feedback").ShouldBe(["feedback", "score", "is_passed", "improvement_suggestion"]);
        Fields("post /api/chat/completions").ShouldBe(["content", "usage"]);
        Fields("post /api/interview/step").ShouldBe(["thought", "action", "message", "evaluation", "score"]);

        IEnumerable<string> Fields(string operation)
        {
            var media = operations[operation].GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty(ResultChoice.MediaType);
            media.TryGetProperty("schema", out _).ShouldBeTrue();
            return media.GetProperty("example").EnumerateObject().Select(field => field.Name);
        }
    }

    [Fact]
    public async Task Names_are_snake_case()
    {
        var document = await api.Client.GetAsync("/openapi/v1.json");
        var job = document.Json.GetProperty("components").GetProperty("schemas").GetProperty("JobResource").GetProperty("properties");
        job.EnumerateObject().Select(property => property.Name).ShouldContain("created_at");
        job.GetProperty("attempt").GetProperty("type").GetString().ShouldBe("integer");
    }

    [Fact]
    public async Task The_documentation_is_a_page()
    {
        (await api.Client.GetAsync("/docs/index.html")).Status.ShouldBe(200);
        (await api.Client.GetAsync("/docs/swagger-ui-bundle.js")).Status.ShouldBe(200);
    }

    [Fact]
    public void Every_problem_type_is_in_the_documentation()
    {
        var text = File.ReadAllText(TestSupport.Services.RepositoryFiles.Path("docs", "api.md"));
        foreach (var type in ProblemType.All)
        {
            text.ShouldContain($"| `{type.Name}` | {type.Status} |");
        }
    }

    private Task<Dictionary<string, JsonElement>> OperationsAsync() => OpenApiOperations.OfAsync(api.Client);
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;

namespace Pipeline.Cli.Tests.Wire;

/// <summary>
/// Speaks the part of the wire that the commands use, over real HTTP. A text says what happens to it:
/// <c>joy 0.9</c> is answered so, <c>fail</c> fails.
/// </summary>
internal sealed class FakePipeline : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<Guid, FakeJob> _jobs = new();

    private JsonArray _batch = [];

    private FakePipeline(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<FakeRequest> Posts { get; } = new();

    public ConcurrentQueue<FakeRequest> Gets { get; } = new();

    /// <summary>What the next requests meet instead of an answer.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Troubles { get; } = new();

    /// <summary>How many times a job is asked for before it is final; 0: the submission holds until it is.</summary>
    public int PollsToFinish { get; init; }

    public string? ApiKey { get; init; }

    public FakeLibrary Library { get; } = new();

    public static async Task<FakePipeline> StartAsync(int pollsToFinish = 0, string? apiKey = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var pipeline = new FakePipeline(builder.Build()) { PollsToFinish = pollsToFinish, ApiKey = apiKey };
        pipeline._app.Run(pipeline.AnswerAsync);
        await pipeline._app.StartAsync(TestContext.Current.CancellationToken);
        return pipeline;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var isPost = HttpMethods.IsPost(context.Request.Method);
        var request = await FakeRequest.ReadAsync(context);
        (isPost ? Posts : Gets).Enqueue(request);
        if (ApiKey is not null && request.Authorization != "Bearer " + ApiKey)
        {
            await Problem(401, "A valid API key is needed", "This pipeline has keys.")(context);
        }
        else if (Troubles.TryDequeue(out var trouble))
        {
            await trouble(context);
        }
        else if (Library.Answer(context.Request.Method, request.Path, request.Body.Length > 0 && request.Body[0] is '{' ? JsonNode.Parse(request.Body.Split('\n')[0]) : null) is { } answer)
        {
            await WriteAsync(context, answer.Status, answer.Body, answer.Status >= 400 ? "application/problem+json" : "application/json");
        }
        else if (request.Path is "/api/kinds")
        {
            await WriteAsync(context, 200, JsonNode.Parse(JsonSerializer.Serialize(new([.. JobCatalog.Own.All.Select(KindDescription.Of)]), KindJson.Unescaped.KindList))!);
        }
        else if (isPost && request.Path.EndsWith("/batch", StringComparison.Ordinal))
        {
            _batch = [.. request.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => AcceptItem(JsonNode.Parse(line)!))];
            await WriteAsync(context, 202, new JsonObject { ["id"] = Guid.CreateVersion7(), ["items"] = _batch.Count, ["new_field"] = 1 });
        }
        else if (request.Path.EndsWith("/results", StringComparison.Ordinal))
        {
            await WriteResultAsync(context);
        }
        else if (isPost)
        {
            await SubmitAsync(context, JsonNode.Parse(request.Body)!);
        }
        else
        {
            var id = Guid.Parse(context.Request.Path.Value!.Split('/')[^1]);
            await WriteAsync(context, 200, _jobs[id].Poll());
        }
    }

    private async Task SubmitAsync(HttpContext context, JsonNode body)
    {
        if (body["text"] is { } text)
        {
            await WriteAsync(context, 202, Accept(text.GetValue<string>()));
            return;
        }

        JsonArray jobs = [.. body["texts"]!.AsArray().Select(item => Accept(item!.GetValue<string>()))];
        await WriteAsync(context, 202, new JsonObject { ["jobs"] = jobs });
    }

    /// <summary>One line an answer, so that a reader has to go on from its cursor.</summary>
    private Task WriteResultAsync(HttpContext context)
    {
        var after = context.Request.Query["after"].ToString();
        var index = after.Length is 0 ? 0 : int.Parse(after, System.Globalization.CultureInfo.InvariantCulture) + 1;
        var line = _batch[index]!.DeepClone();
        line["cursor"] = $"{index}";
        line["index"] = index;
        context.Response.ContentType = "application/x-ndjson";
        return context.Response.WriteAsync(line.ToJsonString() + "\n");
    }

    /// <summary>An item with an input of any kind brings the result that it is answered with.</summary>
    private JsonNode AcceptItem(JsonNode item)
    {
        if (item["input"] is not { } input)
        {
            return Accept(item["text"]!.GetValue<string>());
        }

        var job = Accept(input["text"]?.GetValue<string>() ?? "joy");
        job["key"] = item["key"]!.DeepClone();
        if (input["result"] is { } result)
        {
            job["result"] = result.DeepClone();
        }

        return job;
    }

    private JsonNode Accept(string text)
    {
        var job = new FakeJob(text, PollsToFinish);
        _jobs[job.Id] = job;
        return job.Describe();
    }

    public static Func<HttpContext, Task> Problem(int status, string title, string detail, string? retryAfter = null, JsonObject? errors = null) =>
        context =>
        {
            context.Response.Headers.RetryAfter = retryAfter;
            return WriteAsync(context, status, new JsonObject { ["title"] = title, ["detail"] = detail, ["errors"] = errors }, "application/problem+json");
        };

    private static Task WriteAsync(HttpContext context, int status, JsonNode body, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body.ToJsonString());
    }
}

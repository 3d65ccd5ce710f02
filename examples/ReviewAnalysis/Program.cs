using System.Collections.Concurrent;
using System.Net;
using Pipeline.Client;
using Pipeline.Client.Webhooks;
using Pipeline.Contracts;

// What customers of a shop feel: reviews are submitted as jobs, their emotions come by webhook, and a page shows both.
var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
using var pipeline = new PipelineClient(new Uri(settings["Pipeline:Url"] ?? "http://127.0.0.1:8080"), new() { ApiKey = settings["Pipeline:ApiKey"] });

// A secret of its own at each start; a service with several processes would keep one in its settings.
var secret = settings["Pipeline:WebhookSecret"] ?? (await pipeline.Webhooks.CreateSecretAsync(CancellationToken.None)).Secret;
var webhooks = new WebhookVerifier([secret], TimeProvider.System);
var hook = new Uri(new Uri(settings["PublicUrl"] ?? settings["Urls"] ?? "http://127.0.0.1:5000"), "/hooks");

// A webhook may come before the submission has returned, so that texts and emotions are kept apart.
ConcurrentDictionary<Guid, string> texts = new();
ConcurrentDictionary<Guid, string> emotions = new();
var app = builder.Build();

app.MapPost("/reviews", async (HttpRequest request, CancellationToken cancellationToken) =>
{
    using var body = new StreamReader(request.Body);
    var text = await body.ReadToEndAsync(cancellationToken);
    try
    {
        var job = await pipeline.SubmitAsync(new AnalyzeEmotion { Text = text }, new() { CallbackUrl = hook }, cancellationToken);
        texts[job.Id] = text;
        return Results.Accepted($"/reviews/{job.Id}");
    }
    catch (PipelineException exception)
    {
        return Results.Problem(exception.Message, statusCode: (int?)exception.Status ?? StatusCodes.Status503ServiceUnavailable);
    }
});

app.MapGet("/reviews/{id:guid}", (Guid id) => texts.TryGetValue(id, out var text) ? Results.Text($"{emotions.GetValueOrDefault(id, "…")}: {text}") : Results.NotFound());

app.MapPost("/hooks", async (HttpRequest request, CancellationToken cancellationToken) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, cancellationToken);
    if (webhooks.Verify(name => request.Headers[name], body.ToArray()) is not { Job: { } job })
    {
        return Results.BadRequest();
    }

    emotions[job.Id] = job.ResultOf<AnalyzeEmotion, EmotionResult>()?.Emotion ?? job.State;
    return Results.NoContent();
});

app.MapGet("/", () =>
{
    var counts = emotions.Values.CountBy(emotion => emotion).OrderByDescending(count => count.Value).Select(count => $"<li>{count.Key}: {count.Value}</li>");
    var rows = texts.OrderByDescending(review => review.Key).Take(100)
        .Select(review => $"<tr><td>{emotions.GetValueOrDefault(review.Key, "…")}</td><td>{WebUtility.HtmlEncode(review.Value)}</td></tr>");
    return Results.Content($"<!doctype html><meta charset=utf-8><title>Reviews</title><h1>Reviews</h1><ul>{string.Concat(counts)}</ul><table>{string.Concat(rows)}</table>", "text/html");
});

app.Run();

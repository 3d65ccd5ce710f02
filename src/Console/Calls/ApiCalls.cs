using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;

namespace Pipeline.Console.Calls;

/// <summary>Asks the API in the name of whoever looks at a page.</summary>
internal sealed class ApiCalls(InnerPipeline pipeline, IOptions<PostgresOptions> database, TimeProvider time)
{
    private readonly TimeSpan _patience = database.Value.ReadTimeout;

    /// <param name="page">The request of the browser, whose client is known.</param>
    /// <param name="path">Path and query, from /api on.</param>
    /// <returns>A refusal where it takes longer than <see cref="PostgresOptions.ReadTimeout"/>: somebody looks at an empty page meanwhile.</returns>
    public async Task<ApiAnswer> GetAsync(HttpContext page, string path)
    {
        using CancellationTokenSource late = new(_patience, time);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(page.RequestAborted, late.Token);
        try
        {
            var answer = await SendAsync(page, HttpMethods.Get, path, null, MediaTypeNames.Application.Json, gone.Token);

            // A request that is broken off may have nothing but the status that it began with.
            return IsLate() && (!answer.IsSuccess || answer.Json.ValueKind is JsonValueKind.Undefined) ? Late(path) : answer;
        }
        catch (OperationCanceledException) when (IsLate())
        {
            return Late(path);
        }

        bool IsLate() => late.IsCancellationRequested && !page.RequestAborted.IsCancellationRequested;
    }

    /// <param name="json">The body; null: none.</param>
    public Task<ApiAnswer> SendAsync(HttpContext page, string method, string path, byte[]? json) =>
        SendAsync(page, method, path, json is null ? null : new MemoryStream(json), MediaTypeNames.Application.Json);

    /// <param name="sent">The body; null: none.</param>
    public Task<ApiAnswer> SendAsync(HttpContext page, string method, string path, Stream? sent, string type) => SendAsync(page, method, path, sent, type, page.RequestAborted);

    private async Task<ApiAnswer> SendAsync(HttpContext page, string method, string path, Stream? sent, string type, CancellationToken aborted)
    {
        using MemoryStream answer = new();
        StreamResponseBodyFeature body = new(answer);
        var context = Request(page, method, path, sent, type, body, aborted);
        await pipeline.InvokeAsync(context);
        await body.CompleteAsync();
        return Read(context.Response, answer);
    }

    private static DefaultHttpContext Request(HttpContext page, string method, string path, Stream? sent, string type, StreamResponseBodyFeature body, CancellationToken aborted)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        FeatureCollection features = new();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = method,
            Scheme = page.Request.Scheme,
            Protocol = page.Request.Protocol,
            Path = PathString.FromUriComponent(query < 0 ? path : path[..query]),
            QueryString = query < 0 ? "" : path[query..],
            Body = sent ?? Stream.Null,
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(body);
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = aborted });
        features.Set(page.Features.Get<IHttpConnectionFeature>());
        features.Set(page.Features.Get<Client>() ?? throw new InvalidOperationException("Nobody knows yet whose page it is."));
        DefaultHttpContext context = new(features) { RequestServices = page.RequestServices };
        context.Request.Host = page.Request.Host;
        context.Request.ContentLength = sent?.Length ?? 0;
        if (sent is not null)
        {
            context.Request.ContentType = type;
        }

        return context;
    }

    private ApiAnswer Late(string path) => new(StatusCodes.Status503ServiceUnavailable, JsonSerializer.SerializeToElement(new JsonObject
    {
        ["detail"] = $"{path.Split('?')[0]} took longer than {_patience:c} (Postgres:ReadTimeout). Load the page again, or narrow what it shows.",
    }));

    private static ApiAnswer Read(HttpResponse response, MemoryStream body)
    {
        var isJson = response.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) is true && body.Length > 0;
        return new(response.StatusCode, isJson ? JsonElement.Parse(body.GetBuffer().AsSpan(0, (int)body.Length)) : default);
    }
}

/// <param name="Json">Undefined where the answer is none.</param>
public sealed record ApiAnswer(int Status, JsonElement Json)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Why not, in the API's words.</summary>
    public string? Detail => IsSuccess ? null : Json.Text("detail") ?? $"HTTP {Status}";

    /// <summary>What is wrong with which field of what was sent.</summary>
    public IEnumerable<(string Field, string Message)> Faults => IsSuccess
        ? []
        : Json.Fields("errors").SelectMany(fault => fault.Value.EnumerateArray().Select(message => (fault.Name, message.GetString() ?? "")));
}

using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Core.Clients;

namespace Pipeline.Console.Calls;

/// <summary>Asks the API in the name of whoever looks at a page.</summary>
internal sealed class ApiCalls(InnerPipeline pipeline)
{
    /// <param name="page">The request of the browser, whose client is known.</param>
    /// <param name="path">Path and query, from /api on.</param>
    public Task<ApiAnswer> GetAsync(HttpContext page, string path) => SendAsync(page, HttpMethods.Get, path, null);

    /// <param name="json">The body; null: none.</param>
    public Task<ApiAnswer> SendAsync(HttpContext page, string method, string path, byte[]? json) =>
        SendAsync(page, method, path, json is null ? null : new MemoryStream(json), MediaTypeNames.Application.Json);

    /// <param name="sent">The body; null: none.</param>
    public async Task<ApiAnswer> SendAsync(HttpContext page, string method, string path, Stream? sent, string type)
    {
        using MemoryStream answer = new();
        StreamResponseBodyFeature body = new(answer);
        var context = Request(page, method, path, sent, type, body);
        await pipeline.InvokeAsync(context);
        await body.CompleteAsync();
        return Read(context.Response, answer);
    }

    private static DefaultHttpContext Request(HttpContext page, string method, string path, Stream? sent, string type, StreamResponseBodyFeature body)
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
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = page.RequestAborted });
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

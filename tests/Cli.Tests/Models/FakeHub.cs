using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Pipeline.Cli.Tests.Models;

/// <summary>
/// Behaves as the Hugging Face hub does: <c>/owner/repository/resolve/main/file</c> redirects, with size and checksum in headers, to
/// another host, which knows ranges. Faults are set from outside.
/// </summary>
internal sealed class FakeHub : IAsyncDisposable
{
    private readonly WebApplication _hub;
    private readonly WebApplication _content;

    private FakeHub(WebApplication hub, WebApplication content) => (_hub, _content) = (hub, content);

    public string Url => _hub.Urls.Single();

    /// <summary>Of the host with the content, for what pulls from any server.</summary>
    public string ContentUrl => _content.Urls.Single();

    /// <summary>Bytes by path, such as <c>owner/repo/model.gguf</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Method, path, Range and Authorization, in the order in which they came.</summary>
    public ConcurrentQueue<(string Host, string Method, string Path, string Range, string Authorization)> Requests { get; } = new();

    /// <summary>What the next requests for content meet instead.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Troubles { get; } = new();

    /// <summary>What every request to the hub meets instead.</summary>
    public Func<HttpContext, Task>? Gate { get; set; }

    /// <summary>After how many bytes the next answers with content are cut.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    public bool KnowsRanges { get; set; } = true;

    public bool KnowsHead { get; set; } = true;

    /// <summary>Whether headers have the checksum; the content's own ETag is another then.</summary>
    public bool TellsSums { get; set; } = true;

    /// <summary>Of the content; null for none.</summary>
    public string? Etag { get; set; } = "\"v1\"";

    public string? SumTold { get; set; }

    public long? SizeTold { get; set; }

    /// <summary>Held until the test lets content go on.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Ends when content is asked for.</summary>
    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<FakeHub> StartAsync()
    {
        var (hub, content) = (Create(), Create());
        FakeHub fake = new(hub, content);
        hub.Run(fake.RedirectAsync);
        content.Run(fake.SendAsync);
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await content.StartAsync(TestContext.Current.CancellationToken);
        return fake;
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _content.DisposeAsync();
    }

    public static Func<HttpContext, Task> Status(int status, string? retryAfter = null, string? errorCode = null) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        if (errorCode is not null)
        {
            context.Response.Headers["X-Error-Code"] = errorCode;
        }

        return Task.CompletedTask;
    };

    private static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    private async Task RedirectAsync(HttpContext context)
    {
        Note("hub", context);
        if (Gate is { } gate)
        {
            await gate(context);
            return;
        }

        var parts = context.Request.Path.Value!.Trim('/').Split('/', 5);
        if (parts is not [var owner, var repository, "resolve", "main", var file] || !Files.TryGetValue($"{owner}/{repository}/{file}", out var bytes))
        {
            context.Response.StatusCode = 404;
            context.Response.Headers["X-Error-Code"] = "EntryNotFound";
            return;
        }

        if (TellsSums)
        {
            context.Response.Headers["X-Linked-Size"] = (SizeTold ?? bytes.Length).ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["X-Linked-Etag"] = $"\"{SumTold ?? Convert.ToHexStringLower(SHA256.HashData(bytes))}\"";
        }

        context.Response.Redirect($"{ContentUrl}/{owner}/{repository}/{file}?signature=1");
    }

    private async Task SendAsync(HttpContext context)
    {
        Note("content", context);
        if (!KnowsHead && HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = 405;
        }
        else if (HttpMethods.IsGet(context.Request.Method) && Troubles.TryDequeue(out var trouble))
        {
            await trouble(context);
        }
        else if (Files.TryGetValue(context.Request.Path.Value!.Trim('/'), out var bytes))
        {
            await SendAsync(context, bytes);
        }
        else
        {
            context.Response.StatusCode = 404;
        }
    }

    private async Task SendAsync(HttpContext context, byte[] bytes)
    {
        var response = context.Response;
        response.Headers.ETag = Etag;
        var from = KnowsRanges && context.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } asked ? (int)asked : 0;
        if (from >= bytes.Length)
        {
            response.StatusCode = 416;
            response.Headers.ContentRange = $"bytes */{bytes.Length}";
            return;
        }

        if (from > 0)
        {
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        response.ContentLength = bytes.Length - from;
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            return;
        }

        Asked.TrySetResult();
        await Hold;
        var isCut = Cuts.TryDequeue(out var cut);
        await response.Body.WriteAsync(bytes.AsMemory(from, isCut ? cut : bytes.Length - from), context.RequestAborted);
        if (isCut)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
        }
    }

    private void Note(string host, HttpContext context) => Requests.Enqueue(
        (host, context.Request.Method, context.Request.Path.Value!, context.Request.Headers.Range.ToString(), context.Request.Headers.Authorization.ToString()));
}

using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.TestSupport.Inference.Servers;

/// <summary>An HTTP server on a free loopback port that notes what it is asked and misbehaves when it is told to.</summary>
public abstract class LoopbackServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<JsonElement> _requests = [];
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;

    /// <summary>Without a path.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Null behaves.</summary>
    public Fault? Fault { get; set; }

    /// <summary>Ends when a client has hung up on a server that hangs.</summary>
    public Task Abandoned => _abandoned.Task;

    /// <summary>Bodies of all requests so far, those that were refused included.</summary>
    public IReadOnlyList<JsonElement> Requests => [.. _requests];

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    protected abstract void Map(WebApplication app);

    /// <returns>The body of a refusal of the key; null accepts it.</returns>
    protected abstract string? CheckKey(HttpRequest request);

    protected async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Use(BehaveAsync);
        Map(_app);
        await _app.StartAsync();
        Address = new(_app.Urls.Single());
    }

    protected void Note(JsonElement body) => _requests.Enqueue(body.Clone());

    /// <summary>Called before each piece of a stream: where the server is to break off, it does.</summary>
    protected async Task ContinueStreamAsync(HttpContext context, int piecesSent)
    {
        if (Fault is Fault.DropsAfter drop && piecesSent >= drop.Pieces)
        {
            context.Abort();
            context.RequestAborted.ThrowIfCancellationRequested();
        }

        if (Fault is Fault.HangsAfter hang && piecesSent >= hang.Pieces)
        {
            await HangAsync(context);
        }
    }

    private async Task BehaveAsync(HttpContext context, RequestDelegate next)
    {
        switch (Fault)
        {
            case Fault.Refuses refusal:
                context.Request.EnableBuffering();
                await NoteAsync(context.Request);
                await WriteAsync(context, refusal.Status, refusal.Body);
                return;
            case Fault.TalksNonsense:
                await WriteAsync(context, StatusCodes.Status200OK, """{"choices": [{"mess""");
                return;
            case Fault.Hangs:
                await HangAsync(context);
                return;
        }

        if (CheckKey(context.Request) is { } body)
        {
            await WriteAsync(context, StatusCodes.Status401Unauthorized, body);
            return;
        }

        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up, or this server did.
        }
    }

    private async Task NoteAsync(HttpRequest request)
    {
        if (request.ContentLength > 0)
        {
            Note(await JsonSerializer.DeserializeAsync<JsonElement>(request.Body));
        }
    }

    private async Task HangAsync(HttpContext context)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }
        finally
        {
            _abandoned.TrySetResult();
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body, context.RequestAborted);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pipeline.Bench.Jobs.Neighbours;

/// <summary>Where webhooks go: a receiver that takes them, and on a port of its own one that never answers.</summary>
internal sealed class Receivers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _told = [];
    private readonly WebApplication _good;
    private readonly WebApplication _silent;
    private readonly TimeProvider _time;

    private Receivers(TimeProvider time)
    {
        _time = time;
        _good = Build(ReceiveAsync);
        _silent = Build(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
    }

    public Uri Good => new(_good.Urls.Single());

    public Uri Silent => new(_silent.Urls.Single());

    public static async Task<Receivers> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        Receivers receivers = new(time);
        await receivers._good.StartAsync(cancellationToken);
        await receivers._silent.StartAsync(cancellationToken);
        return receivers;
    }

    /// <summary>How long after a moment the webhook of a job was here; the whole patience where it was not.</summary>
    public async Task<TimeSpan> ToldAsync(string jobId, TimeSpan patience, long since, CancellationToken cancellationToken)
    {
        try
        {
            long at = await Told(jobId).Task.WaitAsync(patience, _time, cancellationToken);
            return at < since ? TimeSpan.Zero : _time.GetElapsedTime(since, at);
        }
        catch (TimeoutException)
        {
            return patience;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _good.DisposeAsync();
        await _silent.DisposeAsync();
    }

    private static WebApplication Build(RequestDelegate receive)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.Run(receive);
        return app;
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using JsonDocument webhook = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        Told(webhook.RootElement.GetProperty("data").GetProperty("id").GetString()!).TrySetResult(_time.GetTimestamp());
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private TaskCompletionSource<long> Told(string jobId) => _told.GetOrAdd(jobId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

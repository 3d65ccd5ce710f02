using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Webhooks;

/// <summary>
/// Delivers webhooks, many at once, each in a task of its own, and so many of one client, to one host and to one URL: a slow
/// receiver holds up only itself. Every process that accepts jobs runs one; a delivery is made by one of them at a time, at least
/// once.
/// </summary>
internal sealed partial class WebhookDeliverer(
    DeliveryQueue queue,
    WebhookSender sender,
    IOptions<WebhookOptions> options,
    TimeProvider time,
    ILogger<WebhookDeliverer> logger) : LoopService(time, logger)
{
    private readonly WebhookOptions _options = options.Value;

    // Those that are being made. Added to by the loop, removed from by each task.
    private readonly ConcurrentDictionary<Guid, DueDelivery> _running = new();
    private readonly AsyncAutoResetEvent _ended = new();
    private readonly CancellationTokenSource _givenUp = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // No more are begun; those that run are waited for, because to give one up may be to make it twice.
        await base.StopAsync(cancellationToken);
        await using (cancellationToken.Register(_givenUp.Cancel))
        {
            while (!_running.IsEmpty)
            {
                await _ended.WaitAsync(CancellationToken.None); // The registration ends it.
            }
        }
    }

    public override void Dispose()
    {
        _ended.Dispose();
        _givenUp.Dispose();
        base.Dispose();
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await queue.CallBatchesAsync(stoppingToken);
            var begun = await BeginDueAsync(stoppingToken);
            RoundDone();
            if (begun == 0)
            {
                await _ended.WaitAsync(_options.PollInterval, stoppingToken);
            }
        }
    }

    /// <summary>Starts what is due, as far as there is room; returns how many.</summary>
    private async Task<int> BeginDueAsync(CancellationToken cancellationToken)
    {
        var room = Math.Min(_options.ConcurrencyMax - _running.Count, _options.ConcurrencyPerUrlMax);
        if (room <= 0)
        {
            return 0;
        }

        var due = await queue.TakeAsync(room, [.. _running.Values], cancellationToken);
        foreach (var delivery in due)
        {
            _running[delivery.Id] = delivery;
            _ = DeliverAsync(delivery);
        }

        return due.Count;
    }

    private async Task DeliverAsync(DueDelivery delivery)
    {
        using var span = JobTracing.Deliver(delivery);
        var started = Time.GetTimestamp();
        try
        {
            var attempt = delivery.IsDisabled
                ? new DeliveryAttempt(DeliveryVerdict.Gone) { Error = "The URL answered 410 to an earlier webhook. Replay a delivery to enable it again." }
                : await sender.SendAsync(delivery, _givenUp.Token);
            JobMeter.Delivered(attempt, Time.GetElapsedTime(started));
            span?.SetTag("pipeline.webhook.outcome", attempt.Verdict.ToString());
            await queue.SettleAsync(delivery, attempt, _givenUp.Token);
        }
        catch (Exception e)
        {
            // Not known to be made, so it is made again when its time is over: by this process or another.
            LogUnsettled(delivery.Id, e.Message);
        }
        finally
        {
            _running.TryRemove(delivery.Id, out _);
            _ended.Set();
        }
    }

    [LoggerMessage(1181, LogLevel.Warning, "The outcome of webhook {DeliveryId} could not be stored, it will be sent again: {Reason}")]
    private partial void LogUnsettled(Guid deliveryId, string reason);
}

internal static class WebhookRegistration
{
    /// <summary>This process delivers webhooks.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddValidated<WebhookOptions, WebhookOptionsValidator>(WebhookOptions.Section)
        .AddSingleton<TargetRule>()
        .AddSingleton<WebhookStore>()
        .AddSingleton<WebhookSender>()
        .AddSingleton<DeliveryQueue>()
        .AddHosted<WebhookDeliverer>();
}

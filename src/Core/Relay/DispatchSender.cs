using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Postgres;
using Pipeline.Core.Telemetry;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Relay;

/// <summary>Sends messages together, so that their confirmations are waited for together.</summary>
public sealed class DispatchSender(QueueSender sender, BrokerAlarms alarms, IOptions<BrokerOptions> options)
{
    private readonly BrokerOptions _options = options.Value;

    /// <summary>Most messages that are worth sending at once.</summary>
    public int GroupMax => _options.DispatchGroupMax;

    /// <summary>Whether an exception of dispatching is somebody's outage. MassTransit wraps broker trouble in its own; a confirm that does not come in time cancels.</summary>
    public static bool IsOutage(Exception exception) =>
        TransientErrors.IsTransient(exception) || exception is OperationCanceledException or MassTransitException or RabbitMQClientException or BrokerBlockedException;

    /// <summary>The messages that the broker has not confirmed, and why the first of them was not.</summary>
    internal async Task<(long[] Unsent, Exception? Failure)> SendAsync(IReadOnlyList<Dispatch> messages, CancellationToken cancellationToken)
    {
        if (alarms.Reason is { } reason)
        {
            // Each would wait for its confirm in vain, and be told of.
            return ([.. messages.Select(message => message.Id)], new BrokerBlockedException(reason));
        }

        using var confirmed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        confirmed.CancelAfter(_options.ConfirmTimeout);
        var failures = await Task.WhenAll(messages.Select(message => SendAsync(message, confirmed.Token)));
        cancellationToken.ThrowIfCancellationRequested();
        return ([.. messages.Where((_, i) => failures[i] is not null).Select(message => message.Id)], Array.Find(failures, failure => failure is not null));
    }

    /// <summary>Null when the broker has confirmed the message.</summary>
    private async Task<Exception?> SendAsync(Dispatch message, CancellationToken cancellationToken)
    {
        using var span = JobTracing.Send(message);
        try
        {
            // MassTransit holds a send that was canceled for as long as its channel takes to close: a minute or more, at a queue
            // that takes nothing.
            await sender.SendAsync(message.Queue, message.Body, cancellationToken).WaitAsync(cancellationToken);
            JobMeter.Dispatched(message.Queue, isConfirmed: true);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is, it concerns this message alone; the loop tells of it.
            JobMeter.Dispatched(message.Queue, isConfirmed: false);
            span?.SetTag("error.type", e.GetType().Name).SetStatus(ActivityStatusCode.Error);
            return e;
        }
    }
}

/// <summary>A row of <c>dispatches</c>: a message.</summary>
internal sealed record Dispatch
{
    public long Id { get; init; }

    /// <summary>The first job of the message.</summary>
    public Guid JobId { get; init; }

    public string Queue { get; init; } = "";

    /// <summary>Further jobs of the message; null where there are none.</summary>
    public Guid[]? Others { get; init; }

    /// <summary>Where the trace of the first job goes on; null while nobody listens.</summary>
    public string? Trace { get; init; }

    public int Jobs => 1 + (Others?.Length ?? 0);

    public JobReady Body => new(JobId) { Others = Others, DispatchId = Id };
}

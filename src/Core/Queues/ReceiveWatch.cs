using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Queues;

/// <summary>
/// Knows which queues are received from. Says once when one can no longer be, and once when it can again, unless the broker is away
/// for all of them: MassTransit says it at every try, with a stack trace.
/// </summary>
internal sealed partial class ReceiveWatch(OutageLog outages, TimeProvider time, ILogger<ReceiveWatch> logger) : IReceiveEndpointObserver
{
    // By queue: since when nothing is received, as a timestamp of the clock, and whether that was said.
    private readonly ConcurrentDictionary<string, long> _silent = new();
    private readonly ConcurrentDictionary<string, bool> _said = new();

    // Those whose declaration the broker has refused.
    private readonly ConcurrentDictionary<string, bool> _refused = new();

    /// <summary>From now on the queue counts as silent until it is received from.</summary>
    public void Expect(string queue) => _silent[queue] = time.GetTimestamp();

    /// <summary>It is not received from, and is not meant to be.</summary>
    public void Forget(string queue)
    {
        _silent.TryRemove(queue, out _);
        outages.Works(Part(queue));
    }

    /// <summary>Zero while the queue is received from.</summary>
    public TimeSpan SilentFor(string queue) => _silent.TryGetValue(queue, out var since) ? time.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Whether the broker has refused the queue as we declare it since this was last asked.</summary>
    public bool TakeRefusal(string queue) => _refused.TryRemove(queue, out _);

    /// <summary>Nothing can be received from a queue for a reason that lasts.</summary>
    public void CannotReceive(string queue, string reason)
    {
        if (_said.TryAdd(queue, true))
        {
            LogFaulted(queue, reason);
        }
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        var queue = Queue(ready.InputAddress);
        _silent.TryRemove(queue, out _);
        outages.Works(Part(queue));
        if (_said.TryRemove(queue, out _))
        {
            LogReceiving(queue);
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        var queue = Queue(faulted.InputAddress);
        _silent.TryAdd(queue, time.GetTimestamp());
        if (IsRefusal(faulted.Exception))
        {
            _refused[queue] = true;
        }
        else if (faulted.Exception is not { } exception || !outages.Failed(Part(queue), exception))
        {
            CannotReceive(queue, faulted.Exception?.GetBaseException().Message ?? "no reason given");
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed)
    {
        _silent.TryAdd(Queue(completed.InputAddress), time.GetTimestamp());
        return Task.CompletedTask;
    }

    /// <summary>Whether the broker has the queue, but declared otherwise.</summary>
    public static bool IsRefusal(Exception? exception) =>
        exception is OperationInterruptedException { ShutdownReason.ReplyCode: Constants.PreconditionFailed } || (exception is not null && IsRefusal(exception.InnerException));

    private static string Part(string queue) => $"receive {queue}";

    private static string Queue(Uri address) => address.AbsolutePath.Split('/')[^1];

    [LoggerMessage(1204, LogLevel.Warning, "Cannot receive from {Queue}, trying again until it works: {Reason}")]
    private partial void LogFaulted(string queue, string reason);

    [LoggerMessage(1205, LogLevel.Information, "Receiving from {Queue} again")]
    private partial void LogReceiving(string queue);
}

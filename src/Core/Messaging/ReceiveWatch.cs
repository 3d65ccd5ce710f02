using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Pipeline.Core.Messaging;

/// <summary>Says once when a lane can no longer be received from, and once when it can again. MassTransit says it at every try, with a stack trace.</summary>
internal sealed partial class ReceiveWatch(ILogger<ReceiveWatch> logger) : IReceiveEndpointObserver
{
    private readonly ConcurrentDictionary<Uri, bool> _faulted = new();

    public Task Ready(ReceiveEndpointReady ready)
    {
        if (_faulted.TryRemove(ready.InputAddress, out _))
        {
            LogReceiving(Queue(ready.InputAddress));
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        if (_faulted.TryAdd(faulted.InputAddress, true))
        {
            LogFaulted(Queue(faulted.InputAddress), faulted.Exception?.GetBaseException().Message ?? "no reason given");
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    private static string Queue(Uri address) => address.AbsolutePath.Split('/')[^1];

    [LoggerMessage(1204, LogLevel.Warning, "Cannot receive from {Queue}, trying again until the broker is back: {Reason}")]
    private partial void LogFaulted(string queue, string reason);

    [LoggerMessage(1205, LogLevel.Information, "Receiving from {Queue} again")]
    private partial void LogReceiving(string queue);
}

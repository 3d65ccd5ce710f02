using MassTransit;

namespace Pipeline.Core.Broker;

/// <summary>
/// Knows when the bus has started. An endpoint that is connected while MassTransit walks through those it has makes the start
/// fail ("Collection was modified"), and the bus then never calls itself ready.
/// </summary>
internal sealed class BusStart : IBusObserver
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the bus has started or failed to. While the broker is away it does neither.</summary>
    public Task Ended => _ended.Task;

    public void PostCreate(IBus bus)
    {
    }

    public void CreateFaulted(Exception exception)
    {
    }

    public Task PreStart(IBus bus) => Task.CompletedTask;

    public Task PostStart(IBus bus, Task<BusReady> busReady) => End();

    public Task StartFaulted(IBus bus, Exception exception) => End();

    public Task PreStop(IBus bus) => Task.CompletedTask;

    public Task PostStop(IBus bus) => Task.CompletedTask;

    public Task StopFaulted(IBus bus, Exception exception) => Task.CompletedTask;

    private Task End()
    {
        _ended.TrySetResult();
        return Task.CompletedTask;
    }
}

using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Attempts;
using Pipeline.Core.Broker;
using Pipeline.Core.Hosting;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Queues;

/// <summary>
/// Receives the queues of this process, and receives anew a queue that stays silent though the broker answers: up to 8.5.1
/// MassTransit gives an endpoint up, without a word, when a reconnection is canceled half-way, and its queue would stand still
/// until the process restarts.
/// </summary>
internal sealed partial class QueueReceivers(
    IReceiveEndpointConnector connector,
    ConsumedQueues queues,
    IOptionsMonitor<QueueOptions> queueOptions,
    IOptions<BrokerOptions> brokerOptions,
    BrokerQueues brokerQueues,
    BusStart bus,
    ReceiveWatch watch,
    WorkerSteering steering,
    IServiceProvider services,
    TimeProvider time,
    ILogger<QueueReceivers> logger) : LoopService(time, logger)
{
    // To look often costs nothing: it asks no server.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // An endpoint that was given up has nothing left to wait for; one that hangs is left behind.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    // Of a broker that is away the bus waits longer; by then it has long looked through its endpoints.
    private static readonly TimeSpan BusStartMax = TimeSpan.FromSeconds(2);

    private readonly BrokerOptions _broker = brokerOptions.Value;
    private readonly ConcurrentDictionary<string, HostReceiveEndpointHandle> _receivers = new();

    // They outlive a receiver, as its jobs do.
    private readonly Dictionary<string, QueueSlots> _slots =
        queues.Names.ToDictionary(queue => queue, queue => new QueueSlots(queue, queueOptions.Get(queue).Prefetch));

    // Those of a worker that was told to drain: they end with the last job that runs.
    private Task _draining = Task.CompletedTask;

    // Asked for late: a host without kinds of its own has none.
    private readonly JobDependencies? _dependencies = services.GetService<JobDependencies>();

    /// <exception cref="KeyNotFoundException">The queue is not received from.</exception>
    internal IReceiveEndpoint Endpoint(string queue) => _receivers[queue].ReceiveEndpoint;

    public override void Dispose()
    {
        base.Dispose();
        foreach (var slots in _slots.Values)
        {
            slots.Dispose();
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (queues.Names.Count > 0)
        {
            await Task.WhenAny(bus.Ended, Task.Delay(BusStartMax, TimeProvider.System, cancellationToken));
        }

        foreach (var queue in queues.Names)
        {
            _receivers[queue] = Receive(queue);
        }

        if (_broker.IsMemory)
        {
            // Nothing keeps what is sent before there is somebody to receive it.
            await Task.WhenAll(_receivers.Values.Select(receiver => receiver.Ready)).WaitAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override bool IsOutage(Exception exception) =>
        exception is BrokerUnreachableException or OperationInterruptedException || base.IsOutage(exception);

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, Time);
        do
        {
            if (steering.IsDraining || !_draining.IsCompleted)
            {
                Drain(stoppingToken);
                continue;
            }

            foreach (var queue in queues.Names)
            {
                var isAway = !_broker.IsMemory && _dependencies?.IsAway(queue) is true;
                if (!_receivers.TryGetValue(queue, out var receiver))
                {
                    if (!isAway)
                    {
                        _receivers[queue] = Receive(queue);
                    }
                }
                else if (isAway)
                {
                    await EndAsync(queue, receiver);
                    watch.Forget(_broker.QueueName(queue));
                }
                else if (watch.TakeRefusal(_broker.QueueName(queue)))
                {
                    await DeclareAsync(_broker.QueueName(queue), stoppingToken);
                }
                else if (watch.SilentFor(_broker.QueueName(queue)) > _broker.ReceiveTimeout)
                {
                    await AssertBrokerAnswersAsync(stoppingToken);
                    LogReceivedAnew(queue, _broker.ReceiveTimeout);
                    await EndAsync(queue, receiver);
                }
            }

            RoundDone();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Drain(CancellationToken stoppingToken)
    {
        foreach (var queue in queues.Names)
        {
            if (_receivers.TryRemove(queue, out var receiver))
            {
                _draining = Task.WhenAll(_draining, receiver.StopAsync(stoppingToken));
            }
        }

        RoundDone();
    }

    private HostReceiveEndpointHandle Receive(string queue)
    {
        var name = _broker.QueueName(queue);
        watch.Expect(name);
        return connector.ConnectReceiveEndpoint(name, (_, endpoint) => Configure(endpoint, queueOptions.Get(queue), _slots[queue]));
    }

    private void Configure(IReceiveEndpointConfigurator endpoint, QueueOptions options, QueueSlots slots)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            foreach (var (name, value) in BrokerQueues.Arguments(_broker.QueueType))
            {
                rabbit.SetQueueArgument(name, value!);
            }
        }

        endpoint.PrefetchCount = options.MessagesHeld;
        endpoint.ConcurrentMessageLimit = options.MessagesHeld;

        // Sent to the queue, never published: a binding to the message type would copy each job into every queue.
        endpoint.ConfigureConsumeTopology = false;

        endpoint.ConfigureError(failed => failed.UseFilter(new FailedMessages(slots.Queue, Outages, Time, logger)));
        endpoint.Consumer(() => new JobConsumer(services.GetRequiredService<JobRunner>(), slots));
    }

    /// <exception cref="BrokerUnreachableException">The queue is silent because the broker is away; MassTransit tries on.</exception>
    private async Task AssertBrokerAnswersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _broker.ConnectionFactory.CreateConnectionAsync(cancellationToken);
    }

    /// <summary>What MassTransit cannot declare may be what an older version left, which gives way to ours.</summary>
    private async Task DeclareAsync(string queue, CancellationToken cancellationToken)
    {
        brokerQueues.Forget(queue);
        try
        {
            await brokerQueues.EnsureAsync(queue, cancellationToken);
        }
        catch (OperationInterruptedException e) when (ReceiveWatch.IsRefusal(e))
        {
            watch.CannotReceive(queue, e.Message);
        }
    }

    private async Task EndAsync(string queue, HostReceiveEndpointHandle receiver)
    {
        _receivers.TryRemove(queue, out _);
        using var timeout = new CancellationTokenSource(StopTimeout, Time);
        try
        {
            await receiver.StopAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            // Two receivers of one queue do no harm: a job is claimed by one of them.
        }
    }

    [LoggerMessage(1206, LogLevel.Warning, "Queue {Queue} was not received from for {ReceiveTimeout} (Broker:ReceiveTimeout) although the broker answers; connecting again")]
    private partial void LogReceivedAnew(string queue, TimeSpan receiveTimeout);
}

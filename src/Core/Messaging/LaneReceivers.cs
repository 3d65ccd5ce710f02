using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Pipeline.Core.Messaging;

/// <summary>
/// Receives the lanes of this process, and receives anew a lane that stays silent though the broker answers: up to 8.5.1
/// MassTransit gives an endpoint up, without a word, when a reconnection is canceled half-way, and its lane would stand still
/// until the process restarts.
/// </summary>
internal sealed partial class LaneReceivers(
    IReceiveEndpointConnector connector,
    ConsumedLanes lanes,
    IOptionsMonitor<LaneOptions> laneOptions,
    IOptions<BrokerOptions> brokerOptions,
    ReceiveWatch watch,
    IServiceProvider services,
    TimeProvider time,
    ILogger<LaneReceivers> logger) : LoopService(time, logger)
{
    // To look often costs nothing: it asks no server.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // An endpoint that was given up has nothing left to wait for; one that hangs is left behind.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly BrokerOptions _broker = brokerOptions.Value;
    private readonly ConcurrentDictionary<string, HostReceiveEndpointHandle> _receivers = new();

    // Not the broker's count, which is of messages: a message may carry several jobs. They outlive a receiver, as its jobs do.
    private readonly Dictionary<string, SemaphoreSlim> _slots =
        lanes.Names.ToDictionary(lane => lane, lane => new SemaphoreSlim(laneOptions.Get(lane).Prefetch));

    /// <exception cref="KeyNotFoundException">The lane is not received from.</exception>
    internal IReceiveEndpoint Endpoint(string lane) => _receivers[lane].ReceiveEndpoint;

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
        foreach (var lane in lanes.Names)
        {
            _receivers[lane] = Receive(lane);
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
            foreach (var lane in lanes.Names)
            {
                if (!_receivers.TryGetValue(lane, out var receiver))
                {
                    _receivers[lane] = Receive(lane);
                }
                else if (watch.SilentFor(_broker.QueueName(lane)) > _broker.ReceiveTimeout)
                {
                    await AssertBrokerAnswersAsync(stoppingToken);
                    await EndAsync(lane, receiver);
                }
            }

            RoundDone();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private HostReceiveEndpointHandle Receive(string lane)
    {
        var queue = _broker.QueueName(lane);
        watch.Expect(queue);
        return connector.ConnectReceiveEndpoint(queue, (_, endpoint) => Configure(endpoint, laneOptions.Get(lane), _slots[lane]));
    }

    private void Configure(IReceiveEndpointConfigurator endpoint, LaneOptions options, SemaphoreSlim slots)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            foreach (var (name, value) in LaneQueues.Arguments)
            {
                rabbit.SetQueueArgument(name, value!);
            }
        }

        endpoint.PrefetchCount = options.MessagesHeld;
        endpoint.ConcurrentMessageLimit = options.MessagesHeld;

        // Sent to the queue, never published: a binding to the message type would copy each job into every lane.
        endpoint.ConfigureConsumeTopology = false;

        // The runner throws only when it could not claim. Back to the queue then, not to an error queue nobody reads.
        endpoint.RethrowFaultedMessages();
        endpoint.Consumer(() => new JobConsumer(services.GetRequiredService<JobRunner>(), slots));
    }

    /// <exception cref="BrokerUnreachableException">The lane is silent because the broker is away; MassTransit tries on.</exception>
    private async Task AssertBrokerAnswersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _broker.ConnectionFactory.CreateConnectionAsync(cancellationToken);
    }

    private async Task EndAsync(string lane, HostReceiveEndpointHandle receiver)
    {
        LogReceivedAnew(lane, _broker.ReceiveTimeout);
        _receivers.TryRemove(lane, out _);
        using var timeout = new CancellationTokenSource(StopTimeout, Time);
        try
        {
            await receiver.StopAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            // Two receivers of one lane do no harm: a job is claimed by one of them.
        }
    }

    [LoggerMessage(1206, LogLevel.Warning, "Lane {Lane} was not received from for {ReceiveTimeout} (Broker:ReceiveTimeout) though the broker answers; receiving anew")]
    private partial void LogReceivedAnew(string lane, TimeSpan receiveTimeout);
}

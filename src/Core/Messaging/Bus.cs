using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Messaging;

/// <summary>The one AddMassTransit call: roles contribute lanes, the host calls it once.</summary>
internal static class Bus
{
    public static void AddBus(this IServiceCollection services, bool inMemory) => services.AddMassTransit(bus =>
    {
        services.AddReceiveEndpointObserver<ReceiveWatch>();

        // Degraded, not unhealthy: while the broker is away jobs are accepted all the same.
        bus.ConfigureHealthCheckOptions(health =>
        {
            health.Name = "broker";
            health.MinimalFailureStatus = HealthStatus.Degraded;
            health.Tags.Add("ready");
        });
        if (inMemory)
        {
            bus.UsingInMemory((context, memory) =>
            {
                ReceiveLanes(context, memory.ReceiveEndpoint);
            });
        }
        else
        {
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(context.GetRequiredService<IOptions<BrokerOptions>>().Value.Uri);

                // Any language can read the messages, and they cost less than in MassTransit's envelope.
                rabbit.UseRawJsonSerializer(RawSerializerOptions.All);
                rabbit.UseRawJsonDeserializer(RawSerializerOptions.All);
                ReceiveLanes(context, (queue, configure) => rabbit.ReceiveEndpoint(queue, endpoint =>
                {
                    foreach (var (name, value) in LaneQueues.Arguments)
                    {
                        endpoint.SetQueueArgument(name, value!);
                    }

                    configure(endpoint);
                }));
            });
        }
    });

    private static void ReceiveLanes(IBusRegistrationContext context, Action<string, Action<IReceiveEndpointConfigurator>> receive)
    {
        var broker = context.GetRequiredService<IOptions<BrokerOptions>>().Value;
        var lanes = context.GetRequiredService<IOptionsMonitor<LaneOptions>>();
        foreach (var lane in context.GetRequiredService<ConsumedLanes>().Names)
        {
            var options = lanes.Get(lane);

            // Not the broker's count, which is of messages: a message may carry several jobs.
            var slots = new SemaphoreSlim(options.Prefetch);
            receive(broker.QueueName(lane), endpoint =>
            {
                endpoint.PrefetchCount = options.MessagesHeld;
                endpoint.ConcurrentMessageLimit = options.MessagesHeld;

                // Sent to the queue, never published: a binding to the message type would copy each job into every lane.
                endpoint.ConfigureConsumeTopology = false;

                // The runner throws only when it could not claim. Back to the queue then, not to an error queue nobody reads.
                endpoint.RethrowFaultedMessages();
                endpoint.Consumer(() => new JobConsumer(context.GetRequiredService<JobRunner>(), slots));
            });
        }
    }
}

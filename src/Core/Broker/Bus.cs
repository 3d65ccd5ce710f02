using System.Security.Authentication;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Queues;
using Pipeline.Core.Relay;

namespace Pipeline.Core.Broker;

/// <summary>The one AddMassTransit call: roles contribute queues, the host calls it once.</summary>
internal static class Bus
{
    /// <summary>The broker, with whatever this process sends to it and receives from it.</summary>
    public static void AddBroker(this IServiceCollection services, bool inMemory)
    {
        services.AddValidated<BrokerOptions, BrokerOptionsValidator>(BrokerOptions.Section);
        services.AddSingleton<BrokerQueues>();
        services.AddSingleton<QueueSender>();
        services.AddHostedService<BrokerStart>();
        services.AddHosted<BrokerAlarms>();
        services.AddHealthChecks().AddCheck<BrokerAlarmHealth>("broker-alarm", tags: ["ready"]);
        services.AddBus(inMemory);
    }

    private static void AddBus(this IServiceCollection services, bool inMemory)
    {
        services.AddSingleton<ReceiveWatch>();
        services.AddSingleton<BusStart>();
        services.AddMassTransit(bus =>
        {
            services.AddBusObserver(provider => provider.GetRequiredService<BusStart>());
            services.AddReceiveEndpointObserver(provider => provider.GetRequiredService<ReceiveWatch>());

            // Degraded, not unhealthy: while the broker is away jobs are accepted all the same.
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "broker";
                health.MinimalFailureStatus = HealthStatus.Degraded;
                health.Tags.Add("ready");
            });
            if (inMemory)
            {
                bus.UsingInMemory();
            }
            else
            {
                bus.UsingRabbitMq((context, rabbit) =>
                {
                    var broker = context.GetRequiredService<IOptions<BrokerOptions>>().Value;
                    rabbit.Host(broker.Uri, host =>
                    {
                        if (broker.IsSecure)
                        {
                            host.UseSsl(ssl =>
                            {
                                ssl.ServerName = broker.Uri.Host;
                                ssl.Protocol = SslProtocols.None; // The newest that both sides know.
                                ssl.CertificateValidationCallback = BrokerTrust.Of(broker.CertificateAuthorityFile);
                            });
                        }
                    });

                    // Any language can read the messages, and they cost less than in MassTransit's envelope.
                    rabbit.UseRawJsonSerializer(RawSerializerOptions.All);
                    rabbit.UseRawJsonDeserializer(RawSerializerOptions.All);
                });
            }
        });

        // After the bus, so that it stops before: nothing that the bus ends on its way down is begun anew.
        services.AddHosted<QueueReceivers>();
    }
}

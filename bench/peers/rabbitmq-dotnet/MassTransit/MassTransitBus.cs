using MassTransit;

namespace Pipeline.Bench.RabbitMq.MassTransit;

internal static class MassTransitBus
{
    public const string Queue = "bench-masstransit";

    /// <summary>As its documentation shows: the defaults, messages durable, publishes confirmed.</summary>
    public static async Task<IBusControl> StartAsync(Servers servers, Action<IRabbitMqBusFactoryConfigurator> configure)
    {
        IBusControl bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(servers.Broker, host => host.PublisherConfirmation = true);
            configure(rabbit);
        });
        await bus.StartAsync();
        return bus;
    }
}

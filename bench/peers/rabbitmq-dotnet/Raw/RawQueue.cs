using RabbitMQ.Client;

namespace Pipeline.Bench.RabbitMq.Raw;

/// <summary>A durable classic queue: what RabbitMQ gives who asks for nothing else, and its fastest.</summary>
internal static class RawQueue
{
    public const string Name = "bench-raw";

    /// <param name="confirms">For who publishes.</param>
    public static async Task<IChannel> OpenAsync(Servers servers, bool confirms)
    {
        IConnection connection = await new ConnectionFactory { Uri = servers.Broker }.CreateConnectionAsync();
        IChannel channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: confirms, publisherConfirmationTrackingEnabled: false));
        await channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false);
        return channel;
    }
}

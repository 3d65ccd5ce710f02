using System.Text.Json;
using RabbitMQ.Client;

namespace Pipeline.Bench.RabbitMq.Raw;

/// <summary>Publishes as fast as the broker confirms.</summary>
internal static class RawProducer
{
    public static async Task RunAsync(Servers servers)
    {
        using ConfirmedPublisher publisher = new(await RawQueue.OpenAsync(servers, confirms: true), RawQueue.Name);
        await Conversation.RunAsync(Conversation.Version("RabbitMQ.Client", typeof(IChannel)), async (_, first, jobs) =>
        {
            for (long id = first; id < first + jobs; id++)
            {
                await publisher.PublishAsync(JsonSerializer.SerializeToUtf8Bytes(NoOp.New(id)));
            }

            await publisher.FlushAsync();
            return "ok";
        });
    }
}

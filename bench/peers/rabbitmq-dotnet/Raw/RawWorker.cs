using System.Text.Json;
using System.Threading.Channels;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pipeline.Bench.RabbitMq.Raw;

/// <summary>Writes whatever has arrived with one statement, then acknowledges it with one frame.</summary>
internal static class RawWorker
{
    private const int Prefetch = 512;

    private const string Insert = """
        insert into results (id, status, output) select id, 'done', output from unnest($1, $2) as result (id, output) on conflict do nothing
        """;

    public static async Task RunAsync(Servers servers)
    {
        NpgsqlDataSource database = servers.Database(connections: 4);
        IChannel channel = await RawQueue.OpenAsync(servers, confirms: false);
        Channel<(ulong Tag, NoOp Job)> arrived = Channel.CreateUnbounded<(ulong, NoOp)>(new() { SingleReader = true }); // Bounded by the prefetch.
        AsyncEventingBasicConsumer consumer = new(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            arrived.Writer.TryWrite((delivery.DeliveryTag, JsonSerializer.Deserialize<NoOp>(delivery.Body.Span)!));
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(prefetchSize: 0, Prefetch, global: false);
        await channel.BasicConsumeAsync(RawQueue.Name, autoAck: false, consumer);
        await Task.WhenAny(WriteAsync(arrived.Reader, database, channel), Conversation.WorkAsync()).Unwrap();
    }

    private static async Task WriteAsync(ChannelReader<(ulong Tag, NoOp Job)> arrived, NpgsqlDataSource database, IChannel channel)
    {
        List<(ulong Tag, NoOp Job)> group = new(Prefetch);
        while (await arrived.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < Prefetch && arrived.TryRead(out (ulong, NoOp) next))
            {
                group.Add(next);
            }

            await using (NpgsqlCommand insert = database.CreateCommand(Insert))
            {
                insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. group.Select(one => one.Job.Id)] });
                insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. group.Select(one => one.Job.Run())] });
                await insert.ExecuteNonQueryAsync();
            }

            await channel.BasicAckAsync(group[^1].Tag, multiple: true);
        }
    }
}

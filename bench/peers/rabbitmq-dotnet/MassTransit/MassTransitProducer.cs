using System.Diagnostics;
using System.Text.Json;
using Dapper;
using MassTransit;
using Npgsql;

namespace Pipeline.Bench.RabbitMq.MassTransit;

/// <summary>Publishes, and for a latency asks the database until the result is there.</summary>
internal static class MassTransitProducer
{
    private const int Window = 128; // Publishes on their way at once.

    public static async Task RunAsync(Servers servers)
    {
        IBusControl bus = await MassTransitBus.StartAsync(servers, _ => { });
        await using NpgsqlDataSource database = servers.Database(connections: 2);
        await using NpgsqlConnection connection = await database.OpenConnectionAsync();
        await Conversation.RunAsync(Conversation.Version("MassTransit", typeof(IBus)), async (command, first, jobs) => command switch
        {
            "one-by-one" => JsonSerializer.Serialize(await OneByOneAsync(bus, connection, first, jobs)),
            _ => await BurstAsync(bus, first, jobs),
        });
    }

    private static async Task<string> BurstAsync(IBus bus, long first, int jobs)
    {
        long next = first;
        await Task.WhenAll(Enumerable.Range(0, Window).Select(async _ =>
        {
            for (long id; (id = Interlocked.Increment(ref next) - 1) < first + jobs;)
            {
                await bus.Publish(NoOp.New(id));
            }
        }));
        return "ok";
    }

    private static async Task<List<double>> OneByOneAsync(IBus bus, NpgsqlConnection connection, long first, int jobs)
    {
        List<double> milliseconds = [];
        for (long id = first; id < first + jobs; id++)
        {
            long start = Stopwatch.GetTimestamp();
            await bus.Publish(NoOp.New(id));
            while (await connection.QuerySingleOrDefaultAsync<string>("select output from results where id = @id", new { id }) is null)
            {
                // At once again: an interval would count against the peer.
            }

            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return milliseconds;
    }
}

using Dapper;
using MassTransit;
using Npgsql;

namespace Pipeline.Bench.RabbitMq.MassTransit;

/// <summary>A consumer, and one insert a job.</summary>
internal static class MassTransitWorker
{
    private const int Prefetch = 64;
    private const int Concurrency = 32;

    public static async Task RunAsync(Servers servers)
    {
        NpgsqlDataSource database = servers.Database(Concurrency);
        await MassTransitBus.StartAsync(servers, rabbit => rabbit.ReceiveEndpoint(MassTransitBus.Queue, endpoint =>
        {
            endpoint.PrefetchCount = Prefetch;
            endpoint.ConcurrentMessageLimit = Concurrency;
            endpoint.Consumer(() => new NoOpConsumer(database));
        }));
        await Conversation.WorkAsync();
    }
}

/// <summary>Does a job and keeps its result.</summary>
internal sealed class NoOpConsumer(NpgsqlDataSource database) : IConsumer<NoOp>
{
    public async Task Consume(ConsumeContext<NoOp> context)
    {
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(context.CancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into results (id, status, output) values (@Id, 'done', @Output) on conflict do nothing",
            new { context.Message.Id, Output = context.Message.Run() },
            cancellationToken: context.CancellationToken));
    }
}

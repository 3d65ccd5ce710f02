using System.Text.Json;
using Dapper;
using Pipeline.Chaos.Rigs;
using RabbitMQ.Client;

namespace Pipeline.Chaos.Faults;

/// <summary>
/// Jobs are sent again, twice each and in any order, past the pipeline: some that wait, some that run, some that are done,
/// alone and sharing a message with others and with themselves.
/// </summary>
internal sealed class DuplicateMessages : IFault
{
    private const int JobsMax = 100;
    private const int JobsPerMessageMax = 8;

    // New ones, so that all states occur, and old ones.
    private const string Sql = """
        (select id, queue from jobs order by id desc limit @Half) union all (select id, queue from jobs order by random() limit @Half)
        """;

    public string Name => "duplicate messages";

    public async Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken)
    {
        var jobs = await rig.UntilDatabaseAnswersAsync(
            async database => (await database.QueryAsync<(Guid Id, string Queue)>(new CommandDefinition(
                Sql, new { Half = JobsMax / 2 }, cancellationToken: cancellationToken))).ToArray(),
            cancellationToken);
        await using var connection = await rig.ConnectToBrokerAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var queue in jobs.GroupBy(job => job.Queue, job => job.Id))
        {
            Guid[] twice = [.. queue, .. queue];
            random.Shuffle(twice);
            for (var sent = 0; sent < twice.Length;)
            {
                var message = twice.Skip(sent).Take(random.Next(1, JobsPerMessageMax + 1)).ToArray();
                sent += message.Length;
                await channel.BasicPublishAsync(
                    exchange: "",
                    routingKey: queue.Key,
                    mandatory: false,
                    new BasicProperties { ContentType = "application/json", Persistent = true },
                    JsonSerializer.SerializeToUtf8Bytes(new { jobId = message[0], others = message[1..] }),
                    cancellationToken);
            }
        }
    }
}

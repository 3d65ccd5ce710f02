using System.Net.Http.Json;
using Dapper;
using Npgsql;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Measures;

/// <summary>How fast jobs are done while so many of them wait, in the middle of the queue.</summary>
/// <param name="backlog">Jobs that wait when it begins.</param>
/// <param name="clients">Who sent them, each as many.</param>
/// <param name="jobs">Those that are measured.</param>
internal sealed class BacklogDrain(string name, PipelineSide side, string postgres, int backlog, int clients, int jobs, TimeProvider time) : IMeasure
{
    private const string Queue = "emotion-bulk";
    private const int ItemsPerMessage = 64;

    // As batches would have left them, a hundred jobs a millisecond, and the jobs of a message side by side; the queue is paused meanwhile.
    private const string Fill = """
        with made as (
            insert into jobs (id, client_id, kind, queue, input)
            select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - (@Backlog - n) / 100), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
                   md5((n / @ItemsPerMessage % @Clients)::text)::uuid, 'emotion', @Queue, json_build_object('text', repeat('x', 120))
              from generate_series(0, @Backlog - 1) n
            returning id, client_id),
        numbered as (select id, client_id, (row_number() over (partition by client_id order by id) - 1) / @ItemsPerMessage as message from made)
        insert into dispatches (job_id, queue, client_id, others, cost)
        select (array_agg(id order by id))[1], @Queue, client_id, (array_agg(id order by id))[2:], 40 * count(*) from numbered group by client_id, message
        """;

    // As autovacuum would have left them while they came; else it and the lack of statistics would be what is measured.
    private const string Vacuum = "vacuum (analyze) jobs, dispatches";
    private const string Finished = "select count(*)::int from jobs where finished_at is not null";

    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    public string Name => name;

    public string Unit => "jobs/s";

    public Task WarmUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        using HttpClient client = new() { BaseAddress = side.Address };
        await side.Results.ClearAsync(cancellationToken);
        using HttpResponseMessage paused = await client.PutAsJsonAsync($"/api/pauses/queue/{Queue}", new { reason = "bench" }, cancellationToken);
        paused.EnsureSuccessStatusCode();
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { CommandTimeout = 0 });
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            Fill, new { Backlog = backlog, Clients = clients, Queue, ItemsPerMessage }, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(Vacuum, commandType: System.Data.CommandType.Text, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition("checkpoint", commandType: System.Data.CommandType.Text, cancellationToken: cancellationToken));
        using HttpResponseMessage resumed = await client.DeleteAsync($"/api/pauses/queue/{Queue}", cancellationToken);
        resumed.EnsureSuccessStatusCode();

        // Until the windows have found their size.
        int from = await WaitAsync(connection, jobs / 4, cancellationToken);
        BusyClock clock = new(time);
        int to = await WaitAsync(connection, from + jobs, cancellationToken);
        Sample sample = new((to - from) / clock.Seconds, clock.Cores);
        await side.Results.ClearAsync(cancellationToken);
        return sample;
    }

    private async Task<int> WaitAsync(NpgsqlConnection connection, int wanted, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            int finished = await connection.ExecuteScalarAsync<int>(new CommandDefinition(Finished, cancellationToken: cancellationToken));
            if (finished >= wanted)
            {
                return finished;
            }

            if (time.GetElapsedTime(start) > _patience)
            {
                throw new BenchException($"{finished} of {wanted} jobs were done within {_patience}; see the logs under .local/bench/logs.");
            }

            await Task.Delay(_pollInterval, time, cancellationToken);
        }
    }
}

using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.Core.Results;

namespace Pipeline.Core.Queues;

/// <summary>Samples every queue once a second: for <c>GET /api/queues</c>, for the bound on each queue's depth, and for the result cache.</summary>
public sealed class QueueStatistics(
    NpgsqlDataSource dataSource,
    JobCatalog catalog,
    QueueAdmission admission,
    KnownFingerprints fingerprints,
    IOptionsMonitor<QueueOptions> options,
    TimeProvider time,
    ILogger<QueueStatistics> logger) : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int WindowSamples = 60;

    // Each sample reads only what finished since the one before: a whole minute would be 300,000 rows at 5,000 jobs/s.
    private readonly Queue<IReadOnlyDictionary<string, int>> _finished = new();
    private readonly SemaphoreSlim _sampling = new(1);
    private DateTime? _finishedUntil;

    /// <summary>The last sample, every queue of the catalog in its order.</summary>
    public IReadOnlyList<QueueStatus> Current { get; private set; } = [];

    /// <summary>Takes a sample now; one at a time, so that <see cref="Current"/> never goes back.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        await _sampling.WaitAsync(cancellationToken);
        try
        {
            await TakeSampleAsync(cancellationToken);
        }
        finally
        {
            _sampling.Release();
        }
    }

    public override void Dispose()
    {
        _sampling.Dispose();
        base.Dispose();
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, Time);
        do
        {
            await SampleAsync(stoppingToken);
            RoundDone();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TakeSampleAsync(CancellationToken cancellationToken)
    {
        admission.BeginSample();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            QueueSql.Now + ";" + QueueSql.Waiting + ";" + QueueSql.Running + ";" + QueueSql.Finished + ";" + QueueSql.Workers + ";" + QueueSql.Fingerprints,
            new { Since = _finishedUntil },
            cancellationToken: cancellationToken));

        _finishedUntil = await results.ReadSingleAsync<DateTime>();
        var waiting = (await results.ReadAsync<(string Queue, int Depth, double OldestSeconds)>()).ToDictionary(row => row.Queue);
        var running = await ReadCountsAsync(results);
        _finished.Enqueue(await ReadCountsAsync(results));
        var workers = await ReadCountsAsync(results);
        fingerprints.Replace(await results.ReadAsync<(string Kind, string? Fingerprint)>());
        if (_finished.Count > WindowSamples)
        {
            _finished.Dequeue();
        }

        Current = [.. catalog.Queues.Select(queue => new QueueStatus
        {
            Queue = queue,
            Depth = waiting.GetValueOrDefault(queue).Depth,
            DepthMax = options.Get(queue).DepthMax,
            Running = running.GetValueOrDefault(queue),
            OldestSeconds = waiting.TryGetValue(queue, out var row) ? row.OldestSeconds : null,
            FinishedPerMinute = _finished.Sum(sample => sample.GetValueOrDefault(queue)),
            Workers = workers.GetValueOrDefault(queue),
        })];
        admission.EndSample(Current);
    }

    private static async Task<IReadOnlyDictionary<string, int>> ReadCountsAsync(SqlMapper.GridReader results) =>
        (await results.ReadAsync<(string Queue, int Count)>()).ToDictionary(row => row.Queue, row => row.Count);
}

using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.Core.Relay;
using Pipeline.Core.Results;

namespace Pipeline.Core.Queues;

/// <summary>Samples every queue once a second: for <c>GET /api/queues</c>, for the bound on each queue's depth, for the result cache, for the kinds that no model can write for, and for the models that there are.</summary>
public sealed class QueueStatistics(
    NpgsqlDataSource dataSource,
    DispatchWindows windows,
    JobCatalog catalog,
    QueueAdmission admission,
    KnownFingerprints fingerprints,
    KnownWriters writers,
    KnownModels models,
    IOptionsMonitor<QueueOptions> options,
    TimeProvider time,
    ILogger<QueueStatistics> logger) : LoopService(time, logger)
{
    private const string Now = "select now()";

    private const string Waiting = """
        select queue, count(*)::int, extract(epoch from now() - min(queued_at))::float8
          from jobs where state = 'queued' group by queue
        """;

    private const string Running = "select queue, count(*)::int from jobs where state = 'running' group by queue";

    // How fast workers are: what was answered from the cache says nothing of that.
    private const string Finished = """
        select queue, count(*)::int
          from jobs where finished_at > coalesce(@Since::timestamptz, now() - interval '60 seconds') and finished_at <= now() and cached_from is null group by queue
        """;

    private const string Workers = """
        select queue, count(*)::int from workers, unnest(queues) as queue where lease_until > now() and ready and not draining group by queue
        """;

    // A worker that does not say how it does a kind has a null, which differs from what others say.
    private const string Fingerprints = """
        select distinct kind, result_fingerprints ->> kind
          from (select regexp_replace(unnest(queues), '-bulk$', '') as kind, result_fingerprints from workers where lease_until > now() and ready) as living
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // To count a backlog of a million takes half a second: no more than a twentieth of the time goes there.
    private const int RestsPerSample = 20;

    // Each sample reads only what finished since the one before: a whole minute would be 300,000 rows at 5,000 jobs/s.
    private readonly Queue<Flow> _flows = new();
    private IReadOnlyDictionary<string, int>? _load;

    // Queues whose workers have room for what waits.
    private readonly Dictionary<string, long> _laggingSince = [];
    private readonly SemaphoreSlim _sampling = new(1);
    private DateTime? _finishedUntil;

    /// <summary>The last sample: every queue of the catalog in its order, then those of unknown kinds that have jobs.</summary>
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
        while (true)
        {
            var started = Time.GetTimestamp();
            await SampleAsync(stoppingToken);
            RoundDone();
            var took = Time.GetElapsedTime(started);
            await Task.Delay(took > Interval / RestsPerSample ? took * RestsPerSample : Interval - took, Time, stoppingToken);
        }
    }

    private async Task TakeSampleAsync(CancellationToken cancellationToken)
    {
        var backlog = await windows.LookAsync(cancellationToken); // Which serves the intake as well.
        admission.BeginSample();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            Now + ";" + Waiting + ";" + Running + ";" + Finished + ";" + Workers + ";" + Fingerprints + ";" + WriterStore.Missing + ";" + ModelStore.Living,
            new { Since = _finishedUntil },
            cancellationToken: cancellationToken));

        _finishedUntil = await results.ReadSingleAsync<DateTime>();
        var waiting = (await results.ReadAsync<(string Queue, int Depth, double OldestSeconds)>()).ToDictionary(row => row.Queue);
        var running = await ReadCountsAsync(results);
        var finished = await ReadCountsAsync(results);
        var workers = await ReadCountsAsync(results);
        fingerprints.Replace(await results.ReadAsync<(string Kind, string? Fingerprint)>());
        writers.Replace(await results.ReadAsync<(string Kind, string? Setting)>());
        models.Replace((await results.ReadAsync<(string Kind, string Name, int? ContextTokens, bool IsDefault, string? VocabularyId)>())
            .Select(row => new KindModel(row.Kind, row.Name, row.ContextTokens, row.IsDefault, row.VocabularyId)));
        Observe(finished, catalog.Queues.ToDictionary(queue => queue, queue => waiting.GetValueOrDefault(queue).Depth + running.GetValueOrDefault(queue)));

        Current = [.. catalog.Queues.Union(waiting.Keys.Order()).Select(queue => new QueueStatus
        {
            Queue = queue,
            IsPaused = backlog.Of(queue).IsPaused,
            AcceptedPerMinute = Math.Max(0, _flows.Sum(flow => flow.Accepted.GetValueOrDefault(queue))),
            Depth = waiting.GetValueOrDefault(queue).Depth,
            DepthMax = options.Get(queue).DepthMax,
            Dispatched = Math.Clamp(backlog.Of(queue).Sent - running.GetValueOrDefault(queue), 0, waiting.GetValueOrDefault(queue).Depth),
            Running = running.GetValueOrDefault(queue),
            OldestSeconds = waiting.TryGetValue(queue, out var row) ? row.OldestSeconds : null,
            FinishedPerMinute = _flows.Sum(flow => flow.Finished.GetValueOrDefault(queue)),
            DrainPerSecond = DrainPerSecond(queue),
            Workers = workers.GetValueOrDefault(queue),
            Slots = backlog.Of(queue).Slots,
            ClientsWaiting = backlog.Of(queue).ClientsWaiting,
            LagSeconds = Lag(queue, backlog.Of(queue)),
        })];
        admission.EndSample(Current);
    }

    private double Lag(string queue, QueueBacklog backlog)
    {
        // Those that are held back by a limit of their client do not count.
        if (backlog.IsPaused || backlog.Waiting.Count is 0 || backlog.Sent >= backlog.Slots)
        {
            _laggingSince.Remove(queue);
            return 0;
        }

        _laggingSince.TryAdd(queue, Time.GetTimestamp());
        return Time.GetElapsedTime(_laggingSince[queue]).TotalSeconds;
    }

    /// <summary>Since the first that ended in the window: a queue that was idle until then says nothing of how fast it drains.</summary>
    private double DrainPerSecond(string queue)
    {
        Flow[] flows = [.. _flows.SkipWhile(flow => !flow.Finished.ContainsKey(queue))];
        return flows is [] ? 0 : flows.Sum(flow => flow.Finished.GetValueOrDefault(queue)) / (Time.GetElapsedTime(flows[0].At) + Interval).TotalSeconds;
    }

    /// <param name="load">Jobs that wait or run. What came is what they became more by, and what went; a retry comes again.</param>
    private void Observe(IReadOnlyDictionary<string, int> finished, IReadOnlyDictionary<string, int> load)
    {
        var accepted = _load is { } before
            ? load.ToDictionary(queue => queue.Key, queue => queue.Value - before[queue.Key] + finished.GetValueOrDefault(queue.Key))
            : [];
        _load = load;
        _flows.Enqueue(new(Time.GetTimestamp(), finished, accepted));
        while (Time.GetElapsedTime(_flows.Peek().At) > Window)
        {
            _flows.Dequeue();
        }
    }

    private static async Task<IReadOnlyDictionary<string, int>> ReadCountsAsync(SqlMapper.GridReader results) =>
        (await results.ReadAsync<(string Queue, int Count)>()).ToDictionary(row => row.Queue, row => row.Count);

    /// <summary>What went and came between two samples, by queue.</summary>
    private sealed record Flow(long At, IReadOnlyDictionary<string, int> Finished, IReadOnlyDictionary<string, int> Accepted);
}

using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Models;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Results;
using Pipeline.Core.Steering;

namespace Pipeline.Core.Attempts;

/// <summary>
/// The worker's sign of life, and its look at the truth: it stops attempts that the database says are no longer its own
/// (canceled, expired, given to another), and gives back those that the database says it runs while it does not.
/// </summary>
internal sealed partial class WorkerLease(
    NpgsqlDataSource dataSource,
    AttemptStore attempts,
    RunningAttempts running,
    HeldDispatches held,
    WorkerSteering steering,
    PauseStore pauses,
    JobDependencies dependencies,
    WorkerIdentity worker,
    ConsumedQueues queues,
    IOptionsMonitor<QueueOptions> queueOptions,
    WorkerFingerprints fingerprints,
    IEnumerable<KindModelSource> models,
    VocabularyStore vocabularies,
    IEnumerable<WorkerModelSource> files,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<WorkerLease> logger) : LoopService(time, logger)
{
    // Also the way back for a worker that was away for so long that its row was swept.
    private const string Renew = """
        insert into workers (id, host, queues, slots, result_fingerprints, missing_writers, models, model_files, held, lease_until)
        values (@Id, @Host, @Queues, @Slots, @Fingerprints::json, @MissingWriters::json, @Models::json, @Files::json, @Held, now() + @LeaseSeconds * interval '1 second')
        on conflict (id) do update
           set lease_until = excluded.lease_until, held = excluded.held, slots = excluded.slots, result_fingerprints = excluded.result_fingerprints,
               missing_writers = excluded.missing_writers, models = excluded.models, model_files = excluded.model_files, ready = true
        """;

    // Rows that still say running were claimed on a connection that broke before it could tell, or are given up now.
    // A worker that leaves in order is no death.
    private const string Leave = """
        with gone as (delete from workers where id = @Id),
        requeued as (
            update jobs set state = 'queued', worker_id = null, queued_at = now()
             where worker_id = @Id and state = 'running' returning id, client_id, queue)
        insert into dispatches (job_id, queue, client_id, ahead) select id, queue, client_id, true from requeued
        """;

    private const string IsDraining = "select draining from workers where id = @Id";

    private const string Drained = "update workers set drained_at = now() where id = @Id and draining and drained_at is null";

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(5);

    private readonly WorkerOptions _options = options.Value;
    private string? _models;
    private string _places = "";
    private long _renewedAt;
    private string _phases = "";
    private Dictionary<(Guid, int), long> _unknownSince = [];

    // A claim that was committed a moment ago is registered a moment later, on a busy machine a long moment.
    private TimeSpan UnknownMax => _options.Lease / 2;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first job is claimed: a job whose worker has no row counts as orphaned.
        await RenewAsync(cancellationToken);
        foreach (var (kind, setting) in queues.MissingWriters)
        {
            LogLeft(kind, setting);
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The bus has stopped fetching; what still runs ends or is given back while the lease is kept up.
            await running.DrainAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is over; what still runs is queued anew with the farewell.
        }

        await base.StopAsync(cancellationToken);
        using var patience = new CancellationTokenSource(LeaveTimeout, Time);
        try
        {
            await dataSource.ExecuteAsync(Leave, new { worker.Id }, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException || TransientErrors.IsTransient(e))
        {
            // The lease runs out by itself.
            LogNoFarewell(e.Message);
        }
    }

    /// <summary>Compares what runs here with what the database says.</summary>
    internal async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        // In this order: an attempt is in the database before it is in memory, and leaves the database before memory.
        var here = running.Snapshot();
        var owned = await attempts.OwnedAsync(cancellationToken);
        running.Revoke(here.Except(owned));

        _unknownSince = owned.Where(attempt => !running.Contains(attempt))
            .ToDictionary(attempt => attempt, attempt => _unknownSince.TryGetValue(attempt, out var since) ? since : Time.GetTimestamp());
        (Guid, int)[] lost = [.. _unknownSince.Where(entry => Time.GetElapsedTime(entry.Value) >= UnknownMax).Select(entry => entry.Key)];
        if (lost.Length > 0)
        {
            LogGivingBack(lost.Length);
            await attempts.GiveBackUnknownAsync(lost, cancellationToken);
        }
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.OwnershipInterval, Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Jobs that wait for a model are told so, and when it is there.
            if (Time.GetElapsedTime(_renewedAt) >= _options.Lease / 4 || Phases(Files()) != _phases)
            {
                await RenewAsync(stoppingToken);
            }

            await ReconcileAsync(stoppingToken);
            await SteerAsync(stoppingToken);
            RoundDone();
        }
    }

    /// <summary>Does what operators want of this worker.</summary>
    private async Task SteerAsync(CancellationToken cancellationToken)
    {
        var draining = await dataSource.QuerySingleOrDefaultAsync<bool>(IsDraining, new { worker.Id }, cancellationToken);
        steering.Set(draining, await pauses.QueuesAsync(cancellationToken));
        if (draining && !running.Any && !held.Any)
        {
            await dataSource.ExecuteAsync(Drained, new { worker.Id }, cancellationToken);
        }
    }

    private async Task<string> DescribeModelsAsync(CancellationToken cancellationToken)
    {
        List<KindModel> described = [];
        foreach (var source in models)
        {
            foreach (var model in source.Read().Where(model => queues.Include(model.Kind)))
            {
                described.Add(source.ReadVocabulary(model) is { } tokens ? model with { VocabularyId = await vocabularies.AddAsync(tokens, cancellationToken) } : model);
            }
        }

        return JsonSerializer.Serialize(described, KindModelJson.Default.IReadOnlyListKindModel);
    }

    private IReadOnlyList<WorkerModel> Files() => [.. files.SelectMany(source => source.Read())];

    private static string Phases(IEnumerable<WorkerModel> models) => string.Join('\n', models.Select(model => $"{model.File} {model.State} {model.Error} {string.Join(',', model.Names)}"));

    /// <summary>Which file each name means; none where it was refused, so that it is read once it is mended.</summary>
    private static string Places(IEnumerable<WorkerModel> models) => string.Join('\n', models.Where(model => model.State is not WorkerModel.Refused).SelectMany(model => model.Names.Select(name => $"{name} {model.File}")).Order());

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var models = Files();

        // A name that moved may have other tokens and another context.
        var places = Places(models);
        if (_models is null || places != _places)
        {
            _models = await DescribeModelsAsync(cancellationToken);
            _places = places;
        }

        await dataSource.ExecuteAsync(
            Renew,
            new
            {
                worker.Id,
                worker.Host,
                Queues = queues.Names.ToArray(),

                // None while it takes none, so that the window is that of the others.
                Slots = queues.Names.Select(queue => dependencies.IsAway(queue) ? 0 : queueOptions.Get(queue).Prefetch).ToArray(),
                Fingerprints = fingerprints.Json,
                MissingWriters = JsonSerializer.Serialize(queues.MissingWriters, FingerprintsJson.Default.IReadOnlyDictionaryStringString),
                Models = _models,
                Files = WorkerModel.Write(models),
                Held = held.Snapshot(),
                LeaseSeconds = _options.Lease.TotalSeconds,
            },
            cancellationToken);
        (_renewedAt, _phases) = (Time.GetTimestamp(), Phases(models));
    }

    [LoggerMessage(1141, LogLevel.Warning, "Cannot end this worker's lease, it will expire: {Reason}")]
    private partial void LogNoFarewell(string reason);

    [LoggerMessage(1143, LogLevel.Warning, "Jobs of {Kind} are left to other workers: the model here cannot write. Set {Setting} to an instruct GGUF")]
    private partial void LogLeft(string kind, string setting);

    [LoggerMessage(1142, LogLevel.Warning, "Giving back {Count} jobs whose claim was lost on the network")]
    private partial void LogGivingBack(int count);
}

/// <summary>The messages in this worker's hands, run or about to be.</summary>
internal sealed class HeldDispatches(TimeProvider time)
{
    // What is done before then nobody will miss: most messages are never said.
    private static readonly TimeSpan AgeMin = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, long> _since = new();

    /// <summary>Until disposed, the message is here.</summary>
    public IDisposable? Add(long? dispatchId) => dispatchId is { } id && _since.TryAdd(id, time.GetTimestamp()) ? new Holding(this, id) : null;

    public bool Any => !_since.IsEmpty;

    /// <summary>Those that have been here for a while.</summary>
    public long[] Snapshot() => [.. _since.Where(entry => time.GetElapsedTime(entry.Value) >= AgeMin).Select(entry => entry.Key)];

    private sealed class Holding(HeldDispatches owner, long id) : IDisposable
    {
        public void Dispose() => owner._since.TryRemove(id, out _);
    }
}

/// <summary>This worker process, from start to end: a restarted one is another worker.</summary>
internal sealed class WorkerIdentity
{
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Host { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}

using Dapper;
using Npgsql;
using Pipeline.Chaos.Audits;
using Pipeline.Chaos.Clients;
using Pipeline.Chaos.Faults;
using Pipeline.Chaos.Rigs;
using Pipeline.Core.Postgres;

namespace Pipeline.Chaos;

/// <summary>Clients submit while everything around them fails; then everything is made well, and the audit tells.</summary>
/// <param name="progress">Gets a line for each fault, and one every few seconds. Safe for many writers.</param>
public sealed class ChaosRun(ChaosOptions options, TextWriter progress)
{
    private const int Clients = 16;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    // While jobs still end nothing is stuck. A lost lease, the grace after a restart and a reconnection take less than this, on a
    // busy machine too.
    private static readonly TimeSpan StandstillMax = TimeSpan.FromMinutes(3);

    private readonly ClientLog _log = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_started);

    public async Task<ChaosReport> RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = RequestTimeout };
        await using var rig = await Rig.CreateAsync(options, progress);
        await UntilMigratedAsync(rig, cancellationToken);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(options.DurationMax);
        var faults = new FaultSchedule(options.AsFile ? FaultKinds.Kills() : FaultKinds.All(http), options);
        var reporting = ReportAsync(rig, faults, ending.Token);
        try
        {
            await RunAsync(http, rig, faults, ending.Token);
            rig.Heal();
            var verdict = await AuditAsync(rig, ending.Token);
            return new()
            {
                Seed = options.Seed,
                Jobs = options.Jobs,
                AsFile = options.AsFile,
                Verdict = verdict,
                Faults = faults.Counts,
                Retries = _log.Retries,
                WrongAnswers = _log.WrongAnswers,
                Crashes = rig.Crashes,
                Duration = Elapsed,
            };
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ChaosException($"After {options.DurationMax} {_log.Accepted} of {options.Jobs} jobs were accepted and the run had not ended. Allow more with --duration-max, or look into {options.Logs}.");
        }
        finally
        {
            await ending.CancelAsync();
            await reporting;
            await _log.WriteAsync(Path.Combine(options.Logs, "accepted.txt"));
        }
    }

    private async Task RunAsync(HttpClient http, Rig rig, FaultSchedule faults, CancellationToken cancellationToken)
    {
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workload = options.AsFile ? Workload.OfFile(options.Jobs, options.Seed) : new Workload(options.Jobs, options.Seed);
        var clients = Task.WhenAll(Enumerable.Range(1, Clients).Select(i =>
            new Client(http, rig, workload, _log, new Random(options.Seed + i)) { ReadsFiles = options.AsFile }.RunAsync(faults.Duration, failing.Token)));
        var injecting = InjectAsync(rig, faults, clients, failing.Token);

        // A broken promise ends the run at once.
        await foreach (var ended in Task.WhenEach(clients, injecting))
        {
            if (!ended.IsCompletedSuccessfully)
            {
                await failing.CancelAsync();
                await ended;
            }
        }
    }

    /// <summary>A file that is still being sent is its client's to send again: what is to be shown begins when its batch is accepted.</summary>
    private async Task InjectAsync(Rig rig, FaultSchedule faults, Task clients, CancellationToken cancellationToken)
    {
        if (options.AsFile)
        {
            await _log.FirstAccepted.WaitAsync(cancellationToken);
        }

        await faults.RunAsync(rig, clients, cancellationToken);
    }

    // All of them: one that makes the jobs' table anew would take the trigger of the audit with the old one.
    private static Task<int> UntilMigratedAsync(Rig rig, CancellationToken cancellationToken) => rig.UntilDatabaseAnswersAsync(
        async database =>
        {
            var last = Migration.EmbeddedIn(typeof(Migration).Assembly)[^1].Version;
            while (await VersionAsync(database, cancellationToken) < last)
            {
                await Pause.ForAsync(TimeSpan.FromMilliseconds(100), cancellationToken);
            }

            return await Endings.WatchAsync(database, cancellationToken);
        },
        cancellationToken);

    private static async Task<int> VersionAsync(NpgsqlConnection database, CancellationToken cancellationToken) =>
        await database.ExecuteScalarAsync<bool>(new CommandDefinition("select to_regclass('schema_migrations') is null", cancellationToken: cancellationToken))
            ? 0
            : await database.ExecuteScalarAsync<int>(new CommandDefinition("select coalesce(max(version), 0) from schema_migrations", cancellationToken: cancellationToken));

    private async Task<Verdict> AuditAsync(Rig rig, CancellationToken cancellationToken)
    {
        var (left, since) = (-1L, TimeProvider.System.GetTimestamp());
        while (left != 0 && TimeProvider.System.GetElapsedTime(since) < StandstillMax)
        {
            var now = await LeftAsync(rig, cancellationToken);
            if (now != left)
            {
                (left, since) = (now, TimeProvider.System.GetTimestamp());
            }

            await Pause.ForAsync(TimeSpan.FromMilliseconds(250), cancellationToken);
        }

        return await rig.UntilDatabaseAnswersAsync(
            async database => FileAudit.Add(
                Audit.Compare(_log, await JobRow.ReadAsync(database, cancellationToken), await Endings.CountAsync(database, cancellationToken)),
                _log,
                await FileAudit.ReadAsync(database, cancellationToken)),
            cancellationToken);
    }

    /// <summary>Jobs that are not final, messages that are not done, and batches of files that have not ended.</summary>
    private static Task<long> LeftAsync(Rig rig, CancellationToken cancellationToken) => rig.UntilDatabaseAnswersAsync(
        database => database.ExecuteScalarAsync<long>(new CommandDefinition(
            "select (select count(*) from jobs where state in ('queued', 'running')) + (select count(*) from dispatches) + (select count(*) from file_batches where state <> 'completed')",
            cancellationToken: cancellationToken)),
        cancellationToken);

    private async Task ReportAsync(Rig rig, FaultSchedule faults, CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(ProgressInterval);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var left = await LeftAsync(rig, cancellationToken);
                await rig.Progress.WriteLineAsync(
                    $"{Elapsed.TotalSeconds:0} s: {_log.Accepted} of {options.Jobs} jobs accepted, {left} to be done, {faults.Count} faults, {_log.Retries} retries");
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}

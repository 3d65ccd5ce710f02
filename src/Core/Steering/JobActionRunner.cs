using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Erasure;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Relay;

namespace Pipeline.Core.Steering;

/// <summary>
/// Carries out what people do to many jobs at once, a page of each action in turn, in one process at a time. Rows are locked for the
/// statement that changes some of them: as many as <see cref="ChangePace"/> allows.
/// </summary>
public sealed partial class JobActionRunner(
    NpgsqlDataSource dataSource, JobActionStore store, DispatchStore dispatches, ErasureEnds ends, TimeProvider time, ILogger<JobActionRunner> logger)
    : LoopService(time, logger)
{
    private const string LockName = "job-actions";
    private const int PageMax = 5_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long rows are locked as a rule.</summary>
    private static readonly TimeSpan ChangeTime = TimeSpan.FromMilliseconds(30);

    private readonly AsyncAutoResetEvent _added = new();
    private readonly ChangePace _jobs = new(ChangeTime, rowsMin: 20, rowsMax: 500);

    // Each may be of some dozens of jobs, which are all looked at while its row is locked.
    private readonly ChangePace _messages = new(ChangeTime, rowsMin: 10, rowsMax: 250);

    /// <summary>There is a new action.</summary>
    public void Set() => _added.Set();

    public override void Dispose()
    {
        _added.Dispose();
        base.Dispose();
    }

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await RunOpenAsync(stoppingToken);
            RoundDone();
            await _added.WaitAsync(Interval, stoppingToken);
        }
    }

    /// <summary>Carries out what there is to do, unless another process is at it.</summary>
    public async Task RunOpenAsync(CancellationToken cancellationToken)
    {
        if ((await store.OpenAsync(cancellationToken)).Count is 0)
        {
            return;
        }

        await using var leading = await AdvisoryLock.TryAcquireAsync(dataSource, LockName, cancellationToken);
        if (leading is not null)
        {
            await RunAsync(leading, cancellationToken);
        }
    }

    private async Task RunAsync(AdvisoryLock leading, CancellationToken cancellationToken)
    {
        var isMoving = true;
        while (isMoving && await store.OpenAsync(cancellationToken) is { Count: > 0 } open)
        {
            isMoving = false;
            await leading.AssertHeldAsync(cancellationToken);
            foreach (var action in open)
            {
                isMoving |= await RunPageAsync(action, cancellationToken);
            }
        }
    }

    /// <returns>False when it has to be looked at again later.</returns>
    private async Task<bool> RunPageAsync(JobAction action, CancellationToken cancellationToken)
    {
        var page = await store.PageAsync(action, PageMax, cancellationToken);
        var matches = page.Where(job => job.IsMatch).Select(job => job.Id).ToArray();
        for (var done = 0; done < matches.Length;)
        {
            var ids = matches[done..Math.Min(matches.Length, done + _jobs.Rows)];
            var started = Time.GetTimestamp();
            if (!await store.ChangeAsync(action, ids, ids[^1], cancellationToken))
            {
                return true;
            }

            done += ids.Length;
            _jobs.Took(ids.Length, Time.GetElapsedTime(started));
        }

        if (page.Count > 0 && !await store.ChangeAsync(action, [], page[^1].Id, cancellationToken))
        {
            return true;
        }

        return page.Count == PageMax || await TryEndAsync(action, cancellationToken);
    }

    /// <returns>False when there may be more to come.</returns>
    private async Task<bool> TryEndAsync(JobAction action, CancellationToken cancellationToken)
    {
        if (action.Action is JobAction.Erase && !await ends.TryEndAsync(action, cancellationToken))
        {
            await store.RewindAsync(action.Id, cancellationToken);
            return false;
        }

        // Messages whose jobs wait no more: an erasure may have canceled them first.
        if (action.Action is JobAction.Cancel or JobAction.Erase)
        {
            await DeleteEndedAsync(cancellationToken);
        }

        await store.CompleteAsync(action.Id, cancellationToken);
        LogDone(action.Action, action.Id);
        return true;
    }

    private async Task DeleteEndedAsync(CancellationToken cancellationToken)
    {
        long? after = null;
        do
        {
            var started = Time.GetTimestamp();
            var rows = _messages.Rows;
            after = await dispatches.DeleteEndedAsync(after, rows, cancellationToken);
            _messages.Took(rows, Time.GetElapsedTime(started));
        }
        while (after is not null);
    }

    [LoggerMessage(1160, LogLevel.Information, "Done: {Action} by filter, {Id}")]
    private partial void LogDone(string action, Guid id);
}

internal static class SteeringRegistration
{
    /// <summary>This process lets operators steer, and carries out what they want of many jobs.</summary>
    public static IServiceCollection AddSteering(this IServiceCollection services) => services
        .AddSingleton<AuditStore>()
        .AddSingleton<PauseStore>()
        .AddSingleton<WorkerStore>()
        .AddSingleton<WaitingJobs>()
        .AddSingleton<JobActionStore>()
        .AddSingleton<ErasureEnds>()
        .AddSingleton<ClientErasure>()
        .AddHosted<JobActionRunner>();
}

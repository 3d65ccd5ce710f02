using Dapper;
using MassTransit;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Broker;
using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;
using Pipeline.Core.Models;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Usage;

namespace Pipeline.Core.Relay;

/// <summary>Why a job waits, behind how many, and for how long. Costs one look at the first messages of its client, however many wait.</summary>
public sealed class WaitingJobs(
    NpgsqlDataSource dataSource, Vault vault, DispatchWindows windows, QueueStatistics statistics, KindCosts costs, IBusControl bus, BrokerAlarms alarms, TimeProvider time)
{
    /// <summary>So many messages of the client are looked through for the job.</summary>
    private const int LookMax = 1_000;

    private const string Pauses = """
        select scope, name, reason from pauses where @Queue = any(queues) or client_id = @ClientId order by scope limit 1
        """;

    // Of those that live: whether one takes jobs, whether one will, and whether one would if what it needs were there.
    private const string Workers = """
        select coalesce(bool_or(ready and not draining and slots[array_position(queues, @Queue)] > 0), false) as Works,
               coalesce(bool_or(not ready), false) as Loads, coalesce(bool_or(ready and not draining), false) as Lives
          from workers where lease_until > now() and @Queue = any(queues)
        """;

    private const string First = """
        select jobs, coalesce(job_id = @Id or @Id = any(others), false) as IsOwn from dispatches
         where queue = @Queue and client_id = @ClientId and dispatched_at is null and due_at is null
         order by ahead desc, deadline, id + 0 limit @LookMax
        """;

    /// <summary>Null for a job that does not wait.</summary>
    public async Task<JobWaiting?> FindAsync(Job job, CancellationToken cancellationToken)
    {
        if (job.State is not JobState.Queued)
        {
            // It is in the hands of a worker, which may have to load its model first.
            return job.State is JobState.Running && WaitedModel.Find(vault, job.Id, job.Kind, await dataSource.QueryAsync<(string?, string)>(WaitedModel.OfJob, new { job.Id }, cancellationToken)) is { } missing
                ? Loading(missing) : null;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition(
            $"{IndexPlans.ByIndex}; {Pauses}; {Workers}; {First}; {WaitedModel.OfJob}", new { job.Id, job.Queue, job.ClientId, LookMax }, cancellationToken: cancellationToken));
        await rows.ReadAsync();
        var pause = await rows.ReadSingleOrDefaultAsync<(string Scope, string Name, string? Reason)?>();
        var workers = await rows.ReadSingleAsync<(bool, bool, bool)>();
        var first = (await rows.ReadAsync<(int Jobs, bool IsOwn)>()).AsList();

        var model = WaitedModel.Find(vault, job.Id, job.Kind, [.. await rows.ReadAsync<(string?, string)>()]);

        var own = first.FindIndex(message => message.IsOwn);
        var position = own >= 0 ? first.Take(own).Sum(message => message.Jobs) + 1
            : first.Count < LookMax ? 0 // It is on its way already.
            : (int?)null;
        var reason = Reason(job, pause, workers);
        if (reason.For is WaitingFor.FairShare && model is { } waited)
        {
            reason = Loading(waited);
        }

        var running = job.Deadline is null ? null : (await costs.ReadAsync(cancellationToken))(job.Kind).WorkerTime;
        if (reason.For is WaitingFor.RetryAt)
        {
            // It is nowhere yet.
            return reason with { DeadlineLikely = IsLikely(job.Deadline, reason.Eta, running, time.GetUtcNow(), isKnown: true) };
        }

        var aheadMax = AheadMax(job, position);
        var eta = reason.For is WaitingFor.FairShare ? Eta(job, position, aheadMax) : reason.Eta;
        return reason with { Position = position, AheadMax = aheadMax, Eta = eta, DeadlineLikely = IsLikely(job.Deadline, eta, running, time.GetUtcNow(), isKnown: position is not null) };
    }

    private JobWaiting Loading((string Name, TimeSpan? Eta) model) =>
        new(WaitingFor.ModelLoading, $"The model {model.Name} is not loaded: it comes when others have no work, or have had their turn.") { Eta = time.GetUtcNow() + model.Eta };

    private JobWaiting Reason(Job job, (string Scope, string Name, string? Reason)? pause, (bool Work, bool Load, bool Live) workers) => (pause, workers) switch
    {
        _ when job.DueAt > time.GetUtcNow() => new(WaitingFor.RetryAt, "Its last attempt failed; the next one does not start before due_at.") { Eta = job.DueAt },
        ({ } paused, _) => new(
            WaitingFor.Paused, $"An operator holds back the {paused.Scope} {paused.Name}{(paused.Reason is { } why ? $": {why}" : "")}. It goes on when somebody resumes it."),
        (_, { Work: false, Load: true }) => new(WaitingFor.ModelLoading, $"A worker of queue {job.Queue} is starting and loads its models."),
        (_, { Work: false, Live: true }) => new(
            WaitingFor.Workers, $"What the workers of queue {job.Queue} need, such as a model server, is away; their /health says more. It goes on by itself when that is back."),
        (_, { Work: false }) => new(WaitingFor.Workers, $"No worker consumes queue {job.Queue}. Start one, without --queues or with --queues={job.Queue}."),
        _ when alarms.Reason is { } alarm => new(WaitingFor.Broker, $"The broker takes no messages ({alarm}). It goes on by itself when it does again."),
        _ when bus.CheckHealth().Status is not BusHealthStatus.Healthy => new(WaitingFor.Broker, "The broker cannot be reached. It goes on by itself when the broker is back."),
        _ when windows.Seen?.Of(job.Queue).Rooms.IsFull(job.ClientId) is true => new(
            WaitingFor.Limit, "As many jobs of the client are in flight as its limit jobs_in_flight allows. It goes on when one of them ends."),
        _ => new(WaitingFor.FairShare, "Others are before it: every client gets its share of the queue."),
    };

    /// <summary>No more of the jobs that wait now start before it.</summary>
    private int AheadMax(Job job, int? position)
    {
        var sample = Sample(job);
        var backlog = windows.Seen?.Of(job.Queue) ?? QueueBacklog.Empty;
        var all = Math.Max(0, (sample?.Depth ?? 0) - 1);
        return position is { } known && backlog.ClientsWaiting <= 1 ? Math.Min(all, (sample?.Dispatched ?? 0) + Math.Max(0, known - 1)) : all;
    }

    /// <summary>Whether a job that should start at a time will be done by its deadline; null where nobody can know, or it has none.</summary>
    /// <param name="deadline">Of the job.</param>
    /// <param name="eta">When it should start; null where nobody can know.</param>
    /// <param name="running">How long jobs of its kind take once they have started; null where none was measured.</param>
    /// <param name="now">The time.</param>
    /// <param name="isKnown">Whether its place is known; else it may start earlier.</param>
    internal static bool? IsLikely(DateTimeOffset? deadline, DateTimeOffset? eta, TimeSpan? running, DateTimeOffset now, bool isKnown) => (deadline - running ?? deadline, eta) switch
    {
        (null, _) => null,
        ({ } by, _) when by <= now => false,
        ({ } by, { } start) when start <= by => true,
        (_, not null) when isKnown => false,
        _ => null,
    };

    /// <summary>How long it takes until a job starts; null where nothing was done in the last minute.</summary>
    /// <param name="ahead">How many start before it.</param>
    internal static TimeSpan? Wait(QueueStatus queue, double ahead) =>
        ahead + queue.Running < queue.Slots ? TimeSpan.Zero
        : queue.DrainPerSecond > 0 ? TimeSpan.FromSeconds(ahead / queue.DrainPerSecond)
        : null;

    /// <summary>At the rate of the last minute, if every client gets its share.</summary>
    private DateTimeOffset? Eta(Job job, int? position, int aheadMax)
    {
        if (Sample(job) is not { } sample)
        {
            return null;
        }

        var weights = windows.Seen?.Of(job.Queue).Waiting;
        var ahead = position is { } known && weights is not null && weights.TryGetValue(job.ClientId, out var weight)
            ? Math.Min(aheadMax, sample.Dispatched + (known * weights.Values.Sum() / weight))
            : aheadMax;
        return time.GetUtcNow() + Wait(sample, ahead);
    }

    private QueueStatus? Sample(Job job) => statistics.Current.FirstOrDefault(queue => queue.Queue == job.Queue);
}

using System.Data;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Erasure;
using Pipeline.Core.Hosting;
using Pipeline.Core.Jobs;
using Pipeline.Core.Limits;
using Pipeline.Core.Postgres;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Steering;

/// <summary>Jobs that are canceled, retried or erased by a filter. Owns <c>job_actions</c>; <see cref="JobActionRunner"/> carries them out.</summary>
public sealed class JobActionStore(NpgsqlDataSource dataSource, RetryBudgets budgets, AsyncAutoResetEvent relay, TimeProvider time)
{
    /// <summary>A count goes no further.</summary>
    public const int CountMax = 1_000_000;

    private const int CountPage = 20_000;

    // Somebody waits for it, and it is a guess anyway: jobs come and go meanwhile.
    private static readonly TimeSpan CountTimeMax = TimeSpan.FromMilliseconds(50);

    // Of processes whose clocks disagree.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    private const string Columns = """
        a.id, a.action, a.states, a.kind, a.queue, a.error_code as ErrorCode, a.model, a.batch_id as BatchId, a.user_id as UserId, a.scope, a.client_id as ClientId,
        c.name as Client, a.state, a.changed, a.refused, a.from_id as FromId, a.to_id as ToId,
        a.next_id as NextId, a.created_at as CreatedAt, a.finished_at as FinishedAt
        """;

    private const string Add = """
        insert into job_actions (id, action, scope, requested_by, client_id, states, kind, queue, error_code, model, batch_id, user_id, from_id, to_id, next_id)
        values (@Id, @Action, @Scope, @By, @ClientId, @States, @Kind, @Queue, @ErrorCode, @Model, @BatchId, @UserId, @FromId, @ToId, @FromId)
        """;

    // Where there is something to look at, so that progress tells something.
    private const string First = """
        select id from jobs where id > @FromId and id < @ToId and (@ClientId::uuid is null or client_id = @ClientId) order by id limit 1
        """;

    private const string Select = $"select {Columns} from job_actions a left join clients c on c.id = a.client_id";

    private const string Find = $"{Select} where a.id = @Id and (@By::uuid is null or a.requested_by = @By)";

    private const string List = $"""
        {Select} where (@By::uuid is null or a.requested_by = @By) and (@Before::uuid is null or a.id < @Before) order by a.id desc limit @Limit
        """;

    private const string Open = $"{Select} where a.finished_at is null order by a.id";

    private const string Stop = """
        update job_actions set state = 'stopped', finished_at = now(), user_id = null where id = @Id and (@By::uuid is null or requested_by = @By) and finished_at is null
        """;

    private const string Matches = """
        state = any(@States) and (@Kind::text is null or kind = @Kind) and (@Queue::text is null or queue = @Queue) and (@ErrorCode::text is null or error_code = @ErrorCode)
             and (@UserId::text is null or user_id = @UserId) and (@Model::text is null or model = @Model)
        """;

    private const string InRange = "id > @NextId and id < @ToId";

    private const string OfClient = "client_id = @ClientId and uuid_send(id) > uuid_send(@NextId) and uuid_send(id) < uuid_send(@ToId)";

    private const string OfUser = $"user_id = @UserId and {OfClient}";

    // By what is looked at, not by what is found: the statement is as quick where nothing matches.
    private const string PageOfAll = $"""
        select id, coalesce({Matches}, false) as IsMatch from (select id, state, kind, queue, error_code, user_id, model from jobs where {InRange} order by id limit @PageMax) as page
        """;

    private const string PageOfClient = $"""
        select id, coalesce({Matches}, false) as IsMatch
          from (select id, state, kind, queue, error_code, user_id, model from jobs where {OfClient} and {InRange} order by uuid_send(id) limit @PageMax) as page
        """;

    private const string PageOfUser = $"""
        select id, coalesce({Matches}, false) as IsMatch
          from (select id, state, kind, queue, error_code, user_id, model from jobs where {OfUser} and {InRange} order by uuid_send(id) limit @PageMax) as page
        """;

    private const string PageOfBatch = $"""
        select id, coalesce({Matches}, false) as IsMatch
          from (select id, state, kind, queue, error_code, user_id, model from jobs
                 where batch_id = @BatchId and (@ClientId::uuid is null or client_id = @ClientId) and {InRange} order by id limit @PageMax) as page
        """;

    private const string Counted = "count(*) filter (where IsMatch)::int as Matched, count(*)::int as Looked, (array_agg(id order by id desc))[1] as Last from";

    private const string CountOfAll = $"select {Counted} ({PageOfAll}) as looked";

    private const string CountOfClient = $"select {Counted} ({PageOfClient}) as looked";

    private const string CountOfUser = $"select {Counted} ({PageOfUser}) as looked";

    private const string CountOfBatch = $"select {Counted} ({PageOfBatch}) as looked";

    private const string Cancel = $"""
        with changed as (
            update jobs set {JobStore.ToCanceled}
             where id = any(@Ids) and state = any(@States) and state in ('queued', 'running') returning queue, kind)
        select queue, kind, count(*)::int from changed group by queue, kind
        """;

    private const string Retry = $"""
        with requeued as (
            update jobs set {JobStore.ToQueued}
             where id = any(@Ids) and state = any(@States) and {JobStore.IsRetryable} returning kind, {JobStore.Requeued}),
        {JobStore.Dispatched}
        select queue, kind, count(*)::int from requeued group by queue, kind
        """;

    private const string Erasable = "select id, client_id as ClientId from jobs where id = any(@Ids) and state = any(@States) order by id for update";

    // What came in the meantime is looked for from the beginning.
    private const string Rewind = "update job_actions set next_id = from_id where id = @Id and state = 'running'";

    // Rows of jobs are not locked until the disk has them: a crash of the server takes this back together with them, and the action goes on from there.
    private const string Advance = """
        update job_actions set next_id = @NextId, changed = changed + @Changed, refused = refused + @Refused
          from (select set_config('synchronous_commit', 'off', true)) as unhurried
         where id = @Id and state = 'running'
        """;

    private const string Complete = """
        with done as (update job_actions set state = 'done', finished_at = now(), user_id = null where id = @Id and state = 'running' returning id, changed)
        update audit set affected = done.changed from done where audit.id = done.id
        """;

    /// <summary>How many jobs the filter finds now, as far as <see cref="CountMax"/> and the time for it allow.</summary>
    public async Task<JobCount> CountAsync(NewJobAction action, CancellationToken cancellationToken)
    {
        var sql = Statements(action.BatchId, action.ClientId, action.UserId).Count;
        var start = time.GetTimestamp();
        var (matched, nextId, toId) = (0, action.FromId, ToId(action));
        while (true)
        {
            var page = await dataSource.QuerySingleAsync<(int Matched, int Looked, Guid? Last)>(
                sql,
                new { action.ClientId, action.States, action.Kind, action.Queue, action.ErrorCode, action.Model, action.BatchId, action.UserId, NextId = nextId, ToId = toId, PageMax = CountPage },
                cancellationToken);
            matched += page.Matched;
            if (page.Looked < CountPage || page.Last is not { } last)
            {
                return new(matched, IsAll: true);
            }

            if (matched >= CountMax || time.GetElapsedTime(start) > CountTimeMax)
            {
                return new(matched, IsAll: false);
            }

            nextId = last;
        }
    }

    /// <summary>Accepts an action; it goes on whatever happens to this process.</summary>
    /// <param name="id">That of its entry in the audit.</param>
    public async Task<JobAction> AddAsync(Guid id, NewJobAction action, Guid by, CancellationToken cancellationToken)
    {
        var toId = ToId(action);
        var first = await dataSource.QuerySingleOrDefaultAsync<Guid?>(First, new { action.FromId, ToId = toId, action.ClientId }, cancellationToken);
        var fromId = JobDays.Floor(JobDays.TimeOf(first ?? toId));
        await dataSource.ExecuteAsync(
            Add,
            new
            {
                Id = id,
                action.Action,
                action.Scope,
                By = by,
                action.ClientId,
                action.States,
                action.Kind,
                action.Queue,
                action.ErrorCode,
                action.Model,
                action.BatchId,
                action.UserId,
                FromId = fromId,
                ToId = toId,
            },
            cancellationToken);
        return (await FindAsync(id, by: null, cancellationToken))!;
    }

    /// <param name="by">Only one that this client asked for; null: anybody's.</param>
    public Task<JobAction?> FindAsync(Guid id, Guid? by, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<JobAction>(Find, new { Id = id, By = by }, cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<JobAction>> ListAsync(Guid? by, Guid? before, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<JobAction>(List, new { By = by, Before = before, Limit = limit }, cancellationToken);

    /// <summary>Ends it where it is. What it changed stays changed.</summary>
    public Task StopAsync(Guid id, Guid? by, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Stop, new { Id = id, By = by }, cancellationToken);

    internal Task<IReadOnlyList<JobAction>> OpenAsync(CancellationToken cancellationToken) => dataSource.QueryAsync<JobAction>(Open, null, cancellationToken);

    /// <summary>The next jobs to look at, oldest first, and whether the filter matches them.</summary>
    internal Task<IReadOnlyList<(Guid Id, bool IsMatch)>> PageAsync(JobAction action, int pageMax, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<(Guid Id, bool IsMatch)>(
            Statements(action.BatchId, action.ClientId, action.UserId).Page,
            new { action.ClientId, action.States, action.Kind, action.Queue, action.ErrorCode, action.Model, action.BatchId, action.UserId, action.NextId, action.ToId, PageMax = pageMax },
            cancellationToken);

    /// <summary>
    /// Changes those jobs that still are in a state of the filter, and keeps how far the action is, together. Jobs that the budget of their client
    /// does not hold are not retried: they count as refused.
    /// </summary>
    /// <returns>False when the action was stopped meanwhile; nothing is changed then.</returns>
    internal async Task<bool> ChangeAsync(JobAction action, Guid[] ids, Guid nextId, CancellationToken cancellationToken)
    {
        var cost = action.Action is JobAction.Retry && ids.Length > 0 ? await budgets.CostAsync(ids, cancellationToken) : RetryCost.Nothing;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // Who waits for the lock of a budget sees what the one before it reserved.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var refused = await budgets.LockAsync(connection, cost, cancellationToken);
        Guid[] allowed = [.. ids.Where(id => !refused.ContainsKey(id))];
        var erased = action.Action is JobAction.Erase && allowed.Length > 0 ? await EraseAsync(connection, action, allowed, cancellationToken) : 0;
        var changed = action.Action is not JobAction.Erase && allowed.Length > 0
            ? await connection.QueryAsync<(string Queue, string Kind, int Jobs)>(
                action.Action is JobAction.Retry ? Retry : Cancel, new { Ids = allowed, action.States }, cancellationToken)
            : [];
        var progress = new { action.Id, NextId = nextId, Changed = erased + changed.Sum(jobs => jobs.Jobs), Refused = refused.Count };
        if (await connection.ExecuteAsync(Advance, progress, cancellationToken) is 0)
        {
            return false;
        }

        await transaction.CommitAsync(cancellationToken);
        relay.Set();
        if (action.Action is JobAction.Cancel)
        {
            JobMeter.Ended(changed, JobState.Canceled, errorCode: null);
        }

        return true;
    }

    internal Task RewindAsync(Guid id, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Rewind, new { Id = id }, cancellationToken);

    internal Task CompleteAsync(Guid id, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Complete, new { Id = id }, cancellationToken);

    private static async Task<int> EraseAsync(NpgsqlConnection connection, JobAction action, Guid[] ids, CancellationToken cancellationToken)
    {
        var erased = 0;
        var jobs = await connection.QueryAsync<(Guid Id, Guid ClientId)>(Erasable, new { Ids = ids, action.States }, cancellationToken);
        foreach (var client in jobs.GroupBy(job => job.ClientId, job => job.Id))
        {
            erased += await JobErasure.EraseAsync(connection, client.Key, [.. client], cancellationToken);
        }

        return erased;
    }

    /// <summary>By the index that has the jobs of a filter in their order.</summary>
    private static (string Page, string Count) Statements(Guid? batchId, Guid? clientId, string? userId) => (batchId, clientId, userId) switch
    {
        (not null, _, _) => (PageOfBatch, CountOfBatch),
        (_, null, _) => (PageOfAll, CountOfAll),
        (_, _, null) => (PageOfClient, CountOfClient),
        _ => (PageOfUser, CountOfUser),
    };

    // Jobs that come later are not meant: whoever asked had seen those that there were. Of a client that is erased, nothing is to come.
    private Guid ToId(NewJobAction action) => action.Scope is JobActionScope.Client ? JobDays.Floor(time.GetUtcNow() + Ahead) : JobDays.Floor(action.CreatedBefore is { } before && before < time.GetUtcNow() ? before : time.GetUtcNow());
}

/// <param name="Matched">Jobs that the filter finds.</param>
/// <param name="IsAll">Whether all were looked at; otherwise there may be more.</param>
public sealed record JobCount(int Matched, bool IsAll);

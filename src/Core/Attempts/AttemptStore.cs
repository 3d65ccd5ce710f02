using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Hosting;
using Pipeline.Core.Intake;
using Pipeline.Core.Postgres;
using Pipeline.Core.Usage;

namespace Pipeline.Core.Attempts;

/// <summary>
/// Starts and ends attempts in Postgres, many in one transaction. While the server is away both wait: a delivery stays
/// unacknowledged, and a result stays in memory, until it is durable.
/// </summary>
internal sealed partial class AttemptStore : IAsyncDisposable
{
    // Rows are looked up by their ids. The partial indexes of waiting and of running jobs are next to empty whenever statistics
    // are taken at a quiet moment, so to read all of one looks cheaper to the planner, and then it holds the whole queue. And so
    // few rows are expected that those of Finish would be compared each with each. An expression keeps such an index out,
    // and the planner expects half of the rows.
    private const string Queued = "jobs.id = any(@Ids) and coalesce(jobs.state = 'queued', false)";

    private const string Running = "jobs.id = any(@Ids) and coalesce(jobs.state = 'running', false)";

    // The test of the state is the lock: of several deliveries of one job, one gets the row. Nobody else's job is touched,
    // so a redelivery costs one lookup and no inference. Nobody waits for the disk: a claim that a crash of the server takes
    // back is found by its worker, like any attempt that is no longer its own, and dispatched again.
    internal const string Claim = $"""
        update jobs set state = 'running', attempt = attempt + 1, worker_id = @WorkerId, started_at = now(), due_at = null,
               error_code = null, error = null
          from (select set_config('synchronous_commit', 'off', true)) as unhurried
         where {Queued} and (due_at is null or due_at <= now())
           and (expires_at is null or expires_at > now()) and (deaths = 0 or @PoisonCandidates)
        returning id, client_id as ClientId, kind, queue, attempt, failures::int, input::text, subscriber, null::int as Suspects, trace, attempt_trace as AttemptTrace,
                  extract(epoch from now() - queued_at)::float8 as QueuedSeconds,
                  extract(epoch from expires_at - now())::float8 as SecondsToExpiry
        """;

    // A poison candidate, a job that a worker died of or beside, is only pointed out: it is claimed when it can run without others.
    internal const string PoisonCandidates = $"""
        select id, client_id as ClientId, kind, queue, attempt, failures::int, input::text, subscriber, coalesce(suspects, 1) as Suspects,
               0::float8 as QueuedSeconds, null::float8 as SecondsToExpiry
          from jobs where {Queued} and deaths > 0
        """;

    // attempt and state fence the write: what was canceled, expired or given to another worker meanwhile matches no row.
    // Whatever goes back to the queue gets its dispatch in the same statement.
    internal const string Complete = $"""
        with {Finish}
        select id from finished
        """;

    // While statistics say that the table is empty, results would be compared with jobs each with each. `do` returns no rows, so the
    // statement's own come first.
    private const string ByHash = "do $$ begin perform set_config('enable_nestloop', 'off', true); end $$";

    // Below this, each with each is as quick, and a job that ends alone does not pay for the setting.
    private const int ByHashMin = 16;

    // In a statement of its own: a job whose result measures nothing is not to pay for the plan of this.
    internal const string CompleteMeasured = $"""
        with {Finish},
        used as (
            insert into usage_entries (client_id, queue, kind, model, jobs, prompt_tokens, cached_tokens, completion_tokens, worker_seconds, estimated)
            select * from unnest(@UsageClients::uuid[], @UsageQueues::text[], @UsageKinds::text[], @UsageModels::text[], @UsageJobs::int[],
                                 @PromptTokens::bigint[], @CachedTokens::bigint[], @CompletionTokens::bigint[], @WorkerSeconds::float8[], @Estimated::float8[]))
        select id from finished
        """;

    private const string Finish = $"""
        finished as (
            update jobs set state = o.state, result = o.result::json, cache_key = o.cache_key, error_code = o.error_code, error = o.error, model = o.model,
                   budget_tokens = case when jobs.budget_tokens is not null then coalesce(o.tokens, jobs.budget_tokens) end,
                   attempt_trace = coalesce(o.trace, jobs.attempt_trace), failures = jobs.failures + o.failures, due_at = now() + o.delay_seconds * interval '1 second', worker_id = null,
                   queued_at = case when o.state = 'queued' then now() else queued_at end,
                   finished_at = case when o.state = 'queued' then null else now() end,
                   finished_xid = case when o.state = 'queued' then null else pg_current_xact_id() end
              from unnest(@Ids::uuid[], @Attempts::int[], @States::text[], @Results::text[], @ErrorCodes::text[],
                          @Errors::text[], @Failures::int[], @DelaySeconds::float8[], @CacheKeys::uuid[], @Tokens::int[], @Traces::text[], @Models::text[])
                as o (id, attempt, state, result, error_code, error, failures, delay_seconds, cache_key, tokens, trace, model)
             where {Running} and jobs.id = o.id and jobs.attempt = o.attempt
            returning jobs.id, jobs.client_id, jobs.queue, jobs.state, jobs.due_at),
        dispatched as (
            insert into dispatches (job_id, queue, client_id, due_at, ahead)
            select id, queue, client_id, due_at, true from finished where state = 'queued'),
        done as (delete from dispatches where id = any(@Dispatches))
        """;

    // The jobs of these messages are done, or nobody's to do any more. A crash of the server that takes this back leaves a message
    // to be found as lost, with nothing to do.
    internal const string EndDispatches = """
        delete from dispatches using (select set_config('synchronous_commit', 'off', true)) as unhurried where id = any(@Ids)
        """;

    private const string DueAt = "case when @DelaySeconds::float8 > 0 then now() + @DelaySeconds * interval '1 second' end";

    // Of a message whose worker cannot start them all: another goes on with it.
    private const string GiveBackDispatch = $"update dispatches set dispatched_at = null, due_at = {DueAt}, ahead = true where id = @Id returning id";

    private const string Owned = "select id, attempt from jobs where worker_id = @WorkerId and state = 'running'";

    // Jobs of a message that their worker could not start, or not keep. Only what waits: the others have ended, or run elsewhere.
    private const string DispatchAgain = $"""
        insert into dispatches (job_id, queue, client_id, due_at, ahead) select id, queue, client_id, {DueAt}, true from jobs where {Queued} returning job_id
        """;

    // The commit of a claim was lost on the way: the row says that it runs here, and nothing does.
    internal const string GiveBackUnknown = $"""
        with requeued as (
            update jobs set state = 'queued', worker_id = null, queued_at = now()
              from unnest(@Ids::uuid[], @Attempts::int[]) as lost (id, attempt)
             where {Running} and jobs.id = lost.id and jobs.attempt = lost.attempt
            returning jobs.id, jobs.client_id, jobs.queue)
        insert into dispatches (job_id, queue, client_id, ahead) select id, queue, client_id, true from requeued
        """;

    private const int GroupMax = 512;
    private const int Committers = 2;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource _dataSource;
    private readonly Vault _vault;
    private readonly WorkerIdentity _worker;
    private readonly TimeProvider _time;
    private readonly OutageLog _outages;
    private readonly ILogger<AttemptStore> _logger;
    private readonly GroupCommit<Guid, ClaimedJob?> _claims;
    private readonly GroupCommit<AttemptResult, bool> _results;
    private readonly GroupCommit<long, bool> _dispatches;
    private volatile bool _away;

    public AttemptStore(NpgsqlDataSource dataSource, Vault vault, WorkerIdentity worker, OutageLog outages, TimeProvider time, ILogger<AttemptStore> logger)
    {
        _dataSource = dataSource;
        _vault = vault;
        _worker = worker;
        _time = time;
        _outages = outages;
        _logger = logger;
        _claims = new((ids, cancellationToken) => ClaimGroupAsync(ids, poisonCandidates: false, cancellationToken), Refused, GroupMax, Committers);
        _results = new(CompleteGroupAsync, Refused, GroupMax, Committers);
        _dispatches = new(EndDispatchesAsync, Refused, GroupMax, committers: 1);
    }

    /// <summary>
    /// Whether the server refuses these very values (data exceptions, constraints, limits, text that is no UTF-8), so that
    /// trying again cannot help. Everything else passes, or is an operator's to mend while the work is held.
    /// </summary>
    public static bool Refused(Exception exception) =>
        exception is EncoderFallbackException or PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] };

    /// <summary>Sets the job running, or null when it does not wait: it is final, expired, or runs elsewhere. A poison candidate is returned as it is.</summary>
    public Task<ClaimedJob?> ClaimAsync(Guid jobId, CancellationToken cancellationToken) => _claims.SubmitAsync(jobId, cancellationToken);

    /// <summary>Sets a poison candidate running.</summary>
    public async Task<ClaimedJob?> ClaimPoisonCandidateAsync(Guid jobId, CancellationToken cancellationToken) =>
        (await ClaimGroupAsync([jobId], poisonCandidates: true, cancellationToken))[0];

    /// <summary>Makes the result durable. False when the attempt was no longer this worker's to end.</summary>
    /// <exception cref="Exception">One that <see cref="Refused"/> recognises.</exception>
    public Task<bool> CompleteAsync(AttemptResult result, CancellationToken cancellationToken) => _results.SubmitAsync(result, cancellationToken);

    /// <summary>Every attempt that the database thinks this worker runs.</summary>
    public Task<IReadOnlyList<(Guid JobId, int Attempt)>> OwnedAsync(CancellationToken cancellationToken) =>
        _dataSource.QueryAsync<(Guid, int)>(Owned, new { WorkerId = _worker.Id }, cancellationToken);

    /// <summary>Queues attempts anew that the database thinks this worker runs, while it does not.</summary>
    public Task GiveBackUnknownAsync(IReadOnlyList<(Guid JobId, int Attempt)> attempts, CancellationToken cancellationToken) =>
        _dataSource.ExecuteAsync(
            GiveBackUnknown, new { Ids = attempts.Select(a => a.JobId).ToArray(), Attempts = attempts.Select(a => a.Attempt).ToArray() }, cancellationToken);

    /// <summary>Gives jobs that wait a new dispatch.</summary>
    public Task DispatchAgainAsync(Guid[] jobIds, TimeSpan delay, CancellationToken cancellationToken) =>
        QueryUntilDoneAsync<Guid>(DispatchAgain, new { Ids = jobIds, DelaySeconds = delay.TotalSeconds }, cancellationToken);

    /// <summary>The message is done with: none of its jobs needs it any more.</summary>
    public Task EndDispatchAsync(long id, CancellationToken cancellationToken) => _dispatches.SubmitAsync(id, cancellationToken);

    /// <summary>The jobs of the message that still wait go on with another worker. False when somebody else ended the message.</summary>
    public async Task<bool> GiveBackDispatchAsync(long id, TimeSpan delay, CancellationToken cancellationToken) =>
        (await QueryUntilDoneAsync<long>(GiveBackDispatch, new { Id = id, DelaySeconds = delay.TotalSeconds }, cancellationToken)).Count > 0;

    public async ValueTask DisposeAsync()
    {
        await _dispatches.DisposeAsync();
        await _claims.DisposeAsync();
        await _results.DisposeAsync();
    }

    private async Task<IReadOnlyList<ClaimedJob?>> ClaimGroupAsync(IReadOnlyList<Guid> ids, bool poisonCandidates, CancellationToken cancellationToken)
    {
        var claimed = await QueryUntilDoneAsync<ClaimedJob>(
            Claim, new { Ids = ids.ToArray(), WorkerId = _worker.Id, PoisonCandidates = poisonCandidates }, cancellationToken);
        var byId = claimed.ToDictionary(job => job.Id);
        if (!poisonCandidates && ids.Where(id => !byId.ContainsKey(id)).ToArray() is { Length: > 0 } left)
        {
            foreach (var candidate in await QueryUntilDoneAsync<ClaimedJob>(
                PoisonCandidates, new { Ids = left }, cancellationToken))
            {
                byId.Add(candidate.Id, candidate);
            }
        }

        // Two deliveries of one job in one group: the first gets it.
        return [.. ids.Select(id => byId.Remove(id, out var job) ? job.OpenedAs(_vault) : null)];
    }

    private async Task<IReadOnlyList<bool>> CompleteGroupAsync(IReadOnlyList<AttemptResult> results, CancellationToken cancellationToken)
    {
        var used = results.Select(result => result.Usage).OfType<AttemptUsage>().GroupBy(usage => (usage.ClientId, usage.Queue, usage.Kind, usage.Model)).ToArray();
        var complete = used.Length > 0 ? CompleteMeasured : Complete;
        var written = (await QueryUntilDoneAsync<Guid>(
            results.Count < ByHashMin ? complete : $"{ByHash}; {complete}",
            new
            {
                Ids = results.Select(result => result.JobId).ToArray(),
                Attempts = results.Select(result => result.Attempt).ToArray(),
                States = results.Select(result => result.State).ToArray(),
                Results = results.Select(result => _vault.Seal(EncryptedColumn.Result, result.JobId, result.Result, word: _vault.IsWriting ? result.Word : "")).ToArray(),
                ErrorCodes = results.Select(result => result.ErrorCode).ToArray(),
                Errors = results.Select(result => _vault.Seal(EncryptedColumn.Error, result.JobId, result.Error)).ToArray(),
                Failures = results.Select(result => result.Failures).ToArray(),
                DelaySeconds = results.Select(result => result.DelaySeconds).ToArray(),
                CacheKeys = results.Select(result => result.CacheKey).ToArray(),
                Tokens = results.Select(result => result.Usage?.Tokens.TotalTokens).ToArray(),
                Traces = results.Select(result => result.Trace).ToArray(),
                Models = results.Select(result => result.Usage?.Model).ToArray(),
                Dispatches = results.Select(result => result.DispatchId).OfType<long>().ToArray(),
                UsageClients = used.Select(usage => usage.Key.ClientId).ToArray(),
                UsageQueues = used.Select(usage => usage.Key.Queue).ToArray(),
                UsageKinds = used.Select(usage => usage.Key.Kind).ToArray(),
                UsageModels = used.Select(usage => usage.Key.Model).ToArray(),
                UsageJobs = used.Select(usage => usage.Count()).ToArray(),
                PromptTokens = used.Select(usage => usage.Sum(one => (long)one.Tokens.PromptTokens)).ToArray(),
                CachedTokens = used.Select(usage => usage.Sum(one => (long)one.Tokens.CachedTokens)).ToArray(),
                CompletionTokens = used.Select(usage => usage.Sum(one => (long)one.Tokens.CompletionTokens)).ToArray(),
                WorkerSeconds = used.Select(usage => usage.Sum(one => one.WorkerSeconds)).ToArray(),
                Estimated = used.Select(usage => usage.Sum(one => one.Estimated)).ToArray(),
            },
            cancellationToken)).ToHashSet();
        return [.. results.Select(result => written.Contains(result.JobId))];
    }

    private async Task<IReadOnlyList<bool>> EndDispatchesAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        await QueryUntilDoneAsync<int>(EndDispatches, new { Ids = ids.ToArray() }, cancellationToken);
        return [.. ids.Select(_ => true)];
    }

    private async Task<IReadOnlyList<T>> QueryUntilDoneAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var rows = await _dataSource.QueryAsync<T>(sql, parameters, cancellationToken);
                _away = false;
                return rows;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && !Refused(e))
            {
                // Said once an outage.
                if (!_outages.Failed(part: null, e) && !_away)
                {
                    _away = true;
                    LogRetrying(e.Message);
                }

                await Task.Delay(RetryInterval, _time, cancellationToken);
            }
        }
    }

    [LoggerMessage(1121, LogLevel.Warning, "The database does not accept claims and results, trying again: {Reason}")]
    private partial void LogRetrying(string reason);
}

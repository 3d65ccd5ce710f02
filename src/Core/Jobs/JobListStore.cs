using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Jobs;

/// <summary>
/// Finds jobs by filters, for clients and for operators, in bounded time however many there are: a search looks at
/// <see cref="LookMax"/> jobs at most and then says how far it came, so that the next page goes on there.
/// </summary>
public sealed class JobListStore(NpgsqlDataSource dataSource, ReadDatabase reads, Vault vault)
{
    /// <summary>How many jobs a page looks at. About 50 ms where they lie together; those of one of many clients are each on a page of the disk of their own.</summary>
    public const int LookMax = 20_000;

    /// <summary>How many of the newest jobs failures are counted in.</summary>
    public const int FailuresLookMax = 10_000;

    private const string Matches = """
        (@State::text is null or state = @State) and (@Kind::text is null or kind = @Kind)
             and (@Queue::text is null or queue = @Queue) and (@ErrorCode::text is null or error_code = @ErrorCode)
             and (@UserId::text is null or user_id = @UserId) and (@Model::text is null or model = @Model)
             and (@IdEnd::text is null or right(id::text, length(@IdEnd)) = @IdEnd)
        """;

    private const string InRange = "id < @Below and id >= @From";

    private const string Looked = "id, client_id, user_id, state, kind, queue, model, error_code, error from jobs where";

    // The order in which the index of a client's jobs holds them; migration 0021 says why it is not the id itself.
    private const string InRangeOfClient = $"client_id = @ClientId and {InRange} and uuid_send(id) < uuid_send(@Below) and uuid_send(id) >= uuid_send(@From)";

    // The place is named, so that whoever selects from it knows that it is in order and stops when it has enough.
    private const string OfClient = $"select uuid_send(id) as place, {Looked} {InRangeOfClient} order by uuid_send(id) desc limit @LookMax";

    private const string OfAll = $"select {Looked} {InRange} order by id desc limit @LookMax";

    // Without results: a page of embeddings would be many megabytes.
    private const string Shown = $"""
        page.*, clients.name as Client
          from (select {JobStore.Summary} from jobs where id = any(array(select id from found))) as page
          left join clients on clients.id = page.ClientId order by page.id desc
        """;

    private const string ListOfClient = $"with found as (select id from ({OfClient}) as looked where {Matches} order by place desc limit @Limit) select {Shown}";

    private const string ListOfAll = $"with found as (select id from ({OfAll}) as looked where {Matches} order by id desc limit @Limit) select {Shown}";

    // Those of a user have an index of the same order.
    private const string InRangeOfUser = $"user_id = @UserId and {InRangeOfClient}";

    private const string OfUser = $"select uuid_send(id) as place, {Looked} {InRangeOfUser} order by uuid_send(id) desc limit @LookMax";

    private const string ListOfUser = $"with found as (select id from ({OfUser}) as looked where {Matches} order by place desc limit @Limit) select {Shown}";

    private const string LastOfUser = $"select id from jobs where {InRangeOfUser} order by uuid_send(id) desc offset @LookMax - 1 limit 1";

    // And those of a client that failed, which may be few among millions.
    private const string InRangeOfFailed = $"state = 'failed' and {InRangeOfClient}";

    private const string OfFailed = $"select uuid_send(id) as place, {Looked} {InRangeOfFailed} order by uuid_send(id) desc limit @LookMax";

    private const string ListOfFailed = $"with found as (select id from ({OfFailed}) as looked where {Matches} order by place desc limit @Limit) select {Shown}";

    private const string LastOfFailed = $"select id from jobs where {InRangeOfFailed} order by uuid_send(id) desc offset @LookMax - 1 limit 1";

    // Behind a backlog the jobs that run are far from the newest, and they are few: they have an index of their own.
    private const string ListRunning = $"""
        with running as materialized (select {Looked} state = 'running'),
             found as (select id from running where {InRange} and (@ClientId::uuid is null or client_id = @ClientId) and {Matches} order by id desc limit @Limit)
        select {Shown}
        """;

    // So have those of a batch, which are bounded as well.
    private const string ListOfBatch = $"""
        with batch as materialized (select {Looked} batch_id = @BatchId and id >= @Floor),
             found as (select id from batch where {InRange} and (@ClientId::uuid is null or client_id = @ClientId) and {Matches} order by id desc limit @Limit)
        select {Shown}
        """;

    // Repeats have an index of their own too, and are as few as people make.
    private const string ListOfOrigin = $"""
        with repeats as materialized (select {Looked} resubmitted_from = @ResubmittedFrom and id >= @Floor),
             found as (select id from repeats where {InRange} and (@ClientId::uuid is null or client_id = @ClientId) and {Matches} order by id desc limit @Limit)
        select {Shown}
        """;

    // Keys are visible ASCII, so the character behind those ends what begins with one. Of many clients each is asked for its first.
    private const string ListOfKeys = $"""
        with keys as materialized (
               select job_ids from (select id from clients where @ClientId::uuid is null or id = @ClientId) as owners
                cross join lateral (
                      select job_ids from idempotency_keys
                       where client_id = owners.id and key >= @Key and key < @Key || chr(127) order by key limit @KeysMax) as keys_of_one
                limit @KeysMax),
             named as (select unnest(job_ids) as id from keys),
             looked as (
               select {Looked} id = any(array(select id from named where {InRange} order by id desc limit @KeyJobsMax))
                  and (@ClientId::uuid is null or client_id = @ClientId)),
             found as (select id from looked where {Matches} order by id desc limit @Limit)
        select {Shown}
        """;

    private const string LastOfClient = $"select id from jobs where {InRangeOfClient} order by uuid_send(id) desc offset @LookMax - 1 limit 1";

    private const string LastOfAll = $"select id from jobs where {InRange} order by id desc offset @LookMax - 1 limit 1";

    private const string ByCode = """
        error_code as Code, count(*)::int as Count, (array_agg(id order by id desc))[1] as Example, (array_agg(error order by id desc))[1] as Message
          from looked where state = 'failed' and error_code is not null group by error_code order by count(*) desc, error_code
        """;

    private const string FailuresOfClient = $"with looked as ({OfClient}) select {ByCode}";

    private const string FailuresOfAll = $"with looked as ({OfAll}) select {ByCode}";

    private const string FailuresOfBatch = $"""
        with looked as (select {Looked} batch_id = @BatchId and state = 'failed' and id >= @Floor and (@ClientId::uuid is null or client_id = @ClientId)) select {ByCode}
        """;

    private const string FindAny = $"""
        select page.*, clients.name as Client
          from (select {JobStore.Columns} from jobs where id = @Id and (@ClientId::uuid is null or client_id = @ClientId)) as page
          left join clients on clients.id = page.ClientId
        """;

    private const string FindInput = "select input::text from jobs where id = @Id and (@ClientId::uuid is null or client_id = @ClientId)";

    private const string FindAttempts = """
        select job_id as JobId, attempt, worker, started_at as StartedAt, ended_at as EndedAt, state, error_code as ErrorCode, error
          from job_attempts where job_id = @JobId order by attempt desc limit @Limit
        """;

    /// <summary>How many idempotency keys that begin as they are to are looked at: the first in their order.</summary>
    public const int KeysMax = 1_000;

    private const int KeyJobsMax = 2_000;

    /// <summary>How many attempts are told of a job.</summary>
    public const int AttemptsMax = 100;

    public async Task<JobPage> ListAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        if (filter.IdOrKey is not { } text)
        {
            return await LookAsync(filter, cancellationToken);
        }

        var byId = text.IsOfId ? await LookAsync(filter, cancellationToken) : new([], null);
        if (byId.Jobs.Count is 0 && !filter.IsAmongBeginnings && text.AsEnd is { } end)
        {
            // One end of an id in a hundred could be a time as well.
            byId = await LookAsync(filter with { IdOrKey = end }, cancellationToken);
        }

        var byKey = filter is { SearchesKeys: true, BatchId: null, ResubmittedFrom: null }
            ? await reads.QueryAsync<Job>(ListOfKeys, Parameters(filter, (filter.From, filter.Below), idEnd: null), cancellationToken)
            : [];

        // What is older than where the search by id stopped comes on the page that goes on there.
        var found = byKey.Where(job => byId.LookedUntil is not { } until || IdOrKey.Compare(job.Id, until) >= 0)
            .UnionBy(byId.Jobs, job => job.Id).OrderByDescending(job => job.Id.ToString(), StringComparer.Ordinal);
        return byId with { Jobs = [.. found.Take(filter.Limit)] };
    }

    private async Task<JobPage> LookAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        var parameters = Parameters(filter, filter.Ids, filter.IdOrKey?.End);
        var (list, last) = filter switch
        {
            { BatchId: not null } => (ListOfBatch, null),
            { ResubmittedFrom: not null } => (ListOfOrigin, null),
            { State: Contracts.JobState.Running } => (ListRunning, null),
            { ClientId: null } => (ListOfAll, LastOfAll),
            { UserId: not null } => (ListOfUser, LastOfUser),
            { State: Contracts.JobState.Failed } => (ListOfFailed, LastOfFailed),
            _ => (ListOfClient, (string?)LastOfClient),
        };
        var found = (await reads.QueryAsync<Job>(list, parameters, cancellationToken)).Opened(vault);
        return found.Count == filter.Limit || last is null
            ? new(found, null)
            : new(found, (await reads.QueryAsync<Guid?>(last, parameters, cancellationToken)).SingleOrDefault());
    }

    private static object Parameters(JobFilter filter, (Guid From, Guid Below) ids, string? idEnd) => new
    {
        filter.ClientId,
        filter.State,
        filter.Kind,
        filter.Queue,
        filter.ErrorCode,
        filter.BatchId,
        filter.UserId,
        filter.Model,
        filter.ResubmittedFrom,
        filter.Limit,
        ids.From,
        ids.Below,
        LookMax,
        KeysMax,
        KeyJobsMax,
        IdEnd = idEnd,
        filter.IdOrKey?.Key,
        Floor = Floor(filter.BatchId ?? filter.ResubmittedFrom),
    };

    /// <summary>Why jobs failed: among the newest of a client or of all, or in a batch; the most frequent code first.</summary>
    public async Task<IReadOnlyList<JobFailures>> FailuresAsync(Guid? clientId, Guid? batchId, CancellationToken cancellationToken) => (await reads.QueryAsync<JobFailures>(
        batchId is not null ? FailuresOfBatch : clientId is null ? FailuresOfAll : FailuresOfClient,
        new { ClientId = clientId, BatchId = batchId, From = Guid.Empty, Below = Guid.AllBitsSet, LookMax = FailuresLookMax, Floor = Floor(batchId) },
        cancellationToken)).Opened(vault);

    /// <summary>A job with its result, of a client or, null, of anybody. What the asker may not see, the caller takes away.</summary>
    public Task<Job?> FindAsync(Guid? clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<Job>(FindAny, new { ClientId = clientId, Id = id }, cancellationToken).OpenedAsync(vault);

    /// <summary>What a job was asked, as JSON.</summary>
    /// <exception cref="UndecryptableException">It cannot be decrypted.</exception>
    public async Task<string?> FindInputAsync(Guid? clientId, Guid id, CancellationToken cancellationToken) =>
        vault.Open(EncryptedColumn.Input, id, await dataSource.QuerySingleOrDefaultAsync<string>(FindInput, new { ClientId = clientId, Id = id }, cancellationToken));

    /// <summary>The newest of a job's attempts that ended without a result, newest first.</summary>
    public async Task<IReadOnlyList<JobAttempt>> AttemptsAsync(Guid jobId, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<JobAttempt>(FindAttempts, new { JobId = jobId, Limit = AttemptsMax }, cancellationToken)).Opened(vault);

    /// <summary>No job of a batch is much older than the batch, and no repeat than what it repeats.</summary>
    private static Guid Floor(Guid? origin) => origin is { } id ? JobDays.FloorOfPartsOf(id) : Guid.Empty;
}

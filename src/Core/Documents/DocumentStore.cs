using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Erasure;
using Pipeline.Core.Postgres;
using Pipeline.Core.Relay;

namespace Pipeline.Core.Documents;

/// <summary>What clients ask about, and do to, their own documents. They enter with their jobs, through <see cref="Intake.JobIntake"/>.</summary>
public sealed class DocumentStore(NpgsqlDataSource dataSource, QuoteStore quotes)
{
    private const string Count = "select documents from document_owners where client_id = @ClientId";

    private const string Waiting = """
        select count(*)::int
          from (select from dispatches where queue = any(@Queues) and client_id = @ClientId and dispatched_at is null and due_at is null
                union all select from dispatches where queue = any(@Queues) and client_id = @ClientId and dispatched_at is not null
                limit @Limit) as waiting
        """;

    private static readonly string[] _queues = [.. Enum.GetValues<JobPriority>().Select(EmbedDocument.Descriptor.Queue)];

    private const string Duplicate = """
        (select o.id from documents o
          where o.client_id = d.client_id and o.text_hash = d.text_hash and o.id < d.id and (d.key is null or o.key is distinct from d.key)
          order by o.id limit 1)
        """;

    private const string Columns = $"""
        d.id, d.job_id as JobId, d.user_id as UserId, d.title, d.key, d.format, d.metadata::text, d.bytes, d.created_at as CreatedAt, d.embedded_at as EmbeddedAt,
        d.chunks, m.name as Model, j.state as JobState, j.error_code as ErrorCode, j.error,
        d.next_model_id is not null as IsUnfinished,
        {Duplicate} as DuplicateOf,
        (select count(*)::int from chunks c where c.document_id = d.id and c.model_id = coalesce(d.next_model_id, d.model_id)) as ChunksEmbedded
        """;

    private const string Sources = """
        documents d left join embedding_models m on m.id = d.model_id left join jobs j on j.id = d.job_id
        """;

    private const string Find = $"select {Columns} from {Sources} where d.client_id = @ClientId and d.id = @Id";

    // The newest of those under a key is the one that it names; older ones stay until that is ready.
    private const string FindByKey = $"""
        select {Columns} from {Sources} where d.client_id = @ClientId and d.key = @Key order by d.id desc limit 1
        """;

    private const string FindSame = $"""
        select {Columns} from {Sources}
         where d.id = (select n.id from documents n where n.client_id = @ClientId and n.key = @Key order by n.id desc limit 1)
           and d.text_hash = @TextHash and d.title is not distinct from @Title and d.format = @Format and d.metadata = @Metadata::jsonb
        """;

    private const string FindDuplicate = $"select {Duplicate} from documents d where d.client_id = @ClientId and d.id = @Id";

    private const string Superseded = """
        select d.id from documents d
         where d.client_id = @ClientId and d.key = @Key and d.id < @Id and (@All or d.embedded_at is null)
        """;

    private const string Content = "select d.title, d.format, d.text from documents d where d.client_id = @ClientId and d.id = @Id";

    // While another model embeds it anew, those of the model that is done are whole.
    private const string Chunks = """
        select c.ordinal, c.text, c.tokens
          from documents d join chunks c on c.document_id = d.id and c.model_id = coalesce(d.model_id, d.next_model_id, c.model_id)
         where d.client_id = @ClientId and d.id = @Id and c.ordinal > @After
         order by c.ordinal limit @Limit
        """;

    private const string List = $"""
        select {Columns} from {Sources}
         where d.client_id = @ClientId and (@Before::uuid is null or d.id < @Before)
         order by d.id desc limit @Limit
        """;

    // Chunks and vectors go with it. The version tells every API that holds them in memory.
    private const string Delete = """
        with deleted as (delete from documents where client_id = @ClientId and id = @Id returning client_id, array[id, job_id] as jobs),
        owner as (
            update document_owners o set documents = o.documents - 1, version = o.version + 1, deleted_version = o.version + 1
              from deleted where o.client_id = deleted.client_id)
        select unnest(jobs) from deleted
        """;

    private const string OfUser = "select id from documents where client_id = @ClientId and user_id = @UserId and id > @After order by id limit @Limit";

    // Documents of another model than the one that is served now get a job each, among the bulk ones. next_model_id marks
    // them as taken; what a job that failed leaves behind is its client's to retry.
    private const string Reembed = $"""
        with served as (select id from embedding_models order by served_at desc, id desc limit 1),
        stale as (
            select d.id, d.client_id, row_number() over () as n
              from (select d.id, d.client_id from documents d, served
                     where d.next_model_id is null and (d.model_id < served.id or d.model_id > served.id)
                     order by d.id limit @Limit for update of d skip locked) d),
        queued as (
            insert into jobs (id, client_id, kind, queue, input)
            select job.id, stale.client_id, 'document', 'document-bulk', json_build_object('document_id', stale.id)
              from stale join unnest(@JobIds::uuid[]) with ordinality as job (id, n) on job.n = stale.n
            returning id, client_id, queue, input->>'document_id' as document_id, {JobCost.OfInput} as cost),
        dispatched as (insert into dispatches (job_id, queue, client_id, cost) select id, queue, client_id, cost from queued)
        update documents d set job_id = queued.id, next_model_id = (select id from served)
          from queued where d.id = queued.document_id::uuid
        """;

    /// <summary>How many the client has.</summary>
    public async Task<int> CountAsync(Guid clientId, CancellationToken cancellationToken) =>
        await dataSource.ExecuteScalarAsync<int?>(Count, new { ClientId = clientId }, cancellationToken) ?? 0;

    /// <summary>How many of the client's wait for a worker, counted up to the limit.</summary>
    public Task<int> CountWaitingAsync(Guid clientId, int limit, CancellationToken cancellationToken) =>
        dataSource.ExecuteScalarAsync<int>(Waiting, new { ClientId = clientId, Queues = _queues, Limit = limit }, cancellationToken);

    public Task<Document?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<Document>(Find, new { ClientId = clientId, Id = id }, cancellationToken);

    /// <summary>The newest under the client's own key.</summary>
    public Task<Document?> FindByKeyAsync(Guid clientId, string key, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<Document>(FindByKey, new { ClientId = clientId, Key = key }, cancellationToken);

    /// <summary>The newest under the same key, if it says the same in every respect.</summary>
    public Task<Document?> FindSameAsync(Guid clientId, NewDocument document, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<Document>(
            FindSame,
            new { ClientId = clientId, document.Key, document.TextHash, document.Title, document.Format, Metadata = document.MetadataJson },
            cancellationToken);

    /// <summary>The oldest with the same text; null: there is none.</summary>
    public Task<Guid?> FindDuplicateAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.ExecuteScalarAsync<Guid?>(FindDuplicate, new { ClientId = clientId, Id = id }, cancellationToken);

    /// <summary>Those under a key that are older than one of them: all, or only what was never ready.</summary>
    public Task<IReadOnlyList<Guid>> SupersededAsync(Guid clientId, string key, Guid id, bool all, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Guid>(Superseded, new { ClientId = clientId, Key = key, Id = id, All = all }, cancellationToken);

    /// <summary>What it says, as it was read from what its client sent.</summary>
    public Task<DocumentText?> TextAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<DocumentText>(Content, new { ClientId = clientId, Id = id }, cancellationToken);

    /// <summary>In the order of the text, those behind a place.</summary>
    public Task<IReadOnlyList<ChunkText>> ChunksAsync(Guid clientId, Guid id, int after, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<ChunkText>(Chunks, new { ClientId = clientId, Id = id, After = after, Limit = limit }, cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<Document>> ListAsync(Guid clientId, Guid? before, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Document>(List, new { ClientId = clientId, Before = before, Limit = limit }, cancellationToken);

    /// <summary>Ids of all that a user of the client has, oldest first.</summary>
    public Task<IReadOnlyList<Guid>> ListOfUserAsync(Guid clientId, string userId, Guid after, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<Guid>(OfUser, new { ClientId = clientId, UserId = userId, After = after, Limit = limit }, cancellationToken);

    /// <summary>Deletes it with its chunks and vectors, the jobs that embedded it, and those whose prompts quote it. False when there is none.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var jobs = await connection.QueryAsync<Guid>(Delete, new { ClientId = clientId, Id = id }, cancellationToken);
            if (jobs.Count is 0)
            {
                return false;
            }

            await JobErasure.EraseAsync(connection, clientId, [.. jobs], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await quotes.EraseAsync(clientId, id, cancellationToken);
        return true;
    }

    /// <summary>Gives jobs to documents of another model than the one in use; returns to how many.</summary>
    public async Task<int> ReembedAsync(int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Guid[] jobIds = [.. Enumerable.Range(0, limit).Select(_ => Guid.CreateVersion7(now))];
        return await dataSource.ExecuteAsync(Reembed, new { Limit = limit, JobIds = jobIds }, cancellationToken);
    }
}

/// <summary>What a document says.</summary>
public sealed record DocumentText(string? Title, string Format, string Text);

/// <summary>A chunk without its vector.</summary>
public sealed record ChunkText(int Ordinal, string Text, int Tokens);

using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;
using Pipeline.Core.Upkeep;

namespace Pipeline.Core.Erasure;

/// <summary>
/// Deletes what a client has besides its jobs, a page a statement. What stays is its row with its name, so that the audit can say who did
/// what, and how much it used (docs/adr/2026-11-30-erasure.md).
/// </summary>
public sealed class ClientErasure(NpgsqlDataSource dataSource)
{
    /// <summary>Tables with a client_id whose rows go as they are; what belongs to a row of theirs goes with it.</summary>
    internal static IReadOnlyList<string> Tables { get; } =
    [
        "file_batches", "batches", "responses", "idempotency_keys", "conversations", "documents", "document_owners", "prompts", "webhook_deliveries",
        "webhook_endpoints", "webhook_secrets", "activity_reports", "dispatches", "budgets", "budget_entries", "request_rates", "pauses", "api_keys",
    ];

    private const string Jobs = "select id from jobs where client_id = @ClientId limit @Limit";

    private const string Files = """
        with gone as (delete from files where id in (select id from files where client_id = @ClientId limit @Limit) returning id),
        pieces as (delete from file_chunks using gone where file_id = gone.id)
        select count(*)::int from gone
        """;

    // They are the pipeline's own jobs.
    private const string Summaries = """
        select id from jobs
         where client_id = @SystemId and id in (select summary_job_id from activity_reports where client_id = @ClientId and summary_job_id is not null limit @Limit)
        """;

    private const string Close = """
        update clients set erased_at = coalesce(erased_at, now()), revoked_at = coalesce(revoked_at, now()), role = 'client', weight = 1, time_zone = null,
               language = null, requests_per_minute = null, jobs_in_flight = null, waiting_jobs = null, tokens_per_day = null, tokens_per_month = null,
               batch_jobs = null
         where id = @ClientId and id <> @LocalId
        """;

    // Who, what and how many stays; what was sent does not.
    private const string Silence = "update audit set details = null where client_id = @ClientId and details is not null";

    /// <summary>Until when something may still come: for as long as processes remember a key, and what they took with it is being written.</summary>
    public static readonly TimeSpan KeyTime = ClientStore.CacheLifetime * 3;

    private const int RowsMax = 200;

    // One of them can have hundreds of megabytes in thousands of rows.
    private const int LargeMax = 5;

    /// <summary>Deletes everything that there is now; says how many jobs, and how many rows of all tables, it found.</summary>
    public async Task<(long Jobs, long Rows)> EraseAsync(Guid clientId, CancellationToken cancellationToken)
    {
        var jobs = await EraseJobsAsync(Jobs, clientId, clientId, cancellationToken);
        var erased = jobs + await EraseJobsAsync(Summaries, Client.SystemId, clientId, cancellationToken);
        erased += await Groups.DeleteAsync(
            LargeMax, limit => dataSource.QuerySingleAsync<int>(Files, new { ClientId = clientId, Limit = limit }, cancellationToken), cancellationToken);
        foreach (var table in Tables)
        {
            var isLarge = table is "documents" or "conversations";
            erased += await Groups.DeleteAsync(
                isLarge ? LargeMax : RowsMax,
                limit => dataSource.ExecuteAsync(Delete(table), new { ClientId = clientId, Limit = limit }, cancellationToken),
                cancellationToken);
        }

        return (jobs, erased);
    }

    /// <summary>Leaves of the client its name.</summary>
    public async Task CloseAsync(Guid clientId, CancellationToken cancellationToken)
    {
        await dataSource.ExecuteAsync(Silence, new { ClientId = clientId }, cancellationToken);
        await dataSource.ExecuteAsync(Close, new { ClientId = clientId, Client.LocalId }, cancellationToken);
    }

    private static string Delete(string table) =>
        $"delete from {table} where ctid = any(array(select ctid from {table} where client_id = @ClientId limit @Limit))";

    private Task<long> EraseJobsAsync(string find, Guid owner, Guid clientId, CancellationToken cancellationToken) => Groups.DeleteAsync(
        RowsMax,
        async limit =>
        {
            var ids = await dataSource.QueryAsync<Guid>(find, new { ClientId = clientId, Client.SystemId, Limit = limit }, cancellationToken);
            await JobErasure.EraseAsync(dataSource, owner, [.. ids], cancellationToken);
            return ids.Count;
        },
        cancellationToken);
}

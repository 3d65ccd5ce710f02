using Npgsql;
using Pipeline.Core.Erasure;
using Pipeline.Core.Intake;
using Pipeline.Core.Postgres;
using Pipeline.Core.Upkeep;

namespace Pipeline.Core.Documents;

/// <summary>Which jobs quote which documents in their prompts. Owns <c>job_sources</c>; <see cref="QuoteWrite"/> adds to it, with the jobs.</summary>
public sealed class QuoteStore(NpgsqlDataSource dataSource)
{
    internal const string Insert = """
        insert into job_sources (document_id, job_id) select * from unnest(@Documents::uuid[], @Jobs::uuid[]) on conflict do nothing
        """;

    private const string OfDocument = "select job_id from job_sources where document_id = @DocumentId order by job_id limit @Limit";

    // Of retention: its jobs are gone. Otherwise a page would be the same for ever.
    private const string Forget = "delete from job_sources where job_id = any(@Jobs)";

    // Whoever asked while the document was being deleted had read it before.
    private const string Dangling = """
        select s.job_id as JobId, j.client_id as ClientId from job_sources s left join jobs j on j.id = s.job_id
         where not exists (select from documents d where d.id = s.document_id) order by s.job_id limit @Limit
        """;

    private const int GroupMax = 200;

    /// <summary>Deletes the jobs whose prompts quote a document of the client.</summary>
    public Task EraseAsync(Guid clientId, Guid documentId, CancellationToken cancellationToken) => Groups.DeleteAsync(
        GroupMax,
        async limit =>
        {
            var jobs = await dataSource.QueryAsync<Guid>(OfDocument, new { DocumentId = documentId, Limit = limit }, cancellationToken);
            await EraseAsync(clientId, jobs, cancellationToken);
            return jobs.Count;
        },
        cancellationToken);

    /// <summary>Deletes jobs whose prompts quote documents that are gone; says how many.</summary>
    public async Task<int> EraseDanglingAsync(int limit, CancellationToken cancellationToken)
    {
        var found = await dataSource.QueryAsync<(Guid JobId, Guid? ClientId)>(Dangling, new { Limit = limit }, cancellationToken);
        foreach (var client in found.GroupBy(job => job.ClientId ?? Guid.Empty, job => job.JobId))
        {
            await EraseAsync(client.Key, [.. client], cancellationToken);
        }

        return found.Count;
    }

    private async Task EraseAsync(Guid clientId, IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count is 0)
        {
            return;
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await JobErasure.EraseAsync(connection, clientId, [.. jobs], cancellationToken);
        await connection.ExecuteAsync(Forget, new { Jobs = jobs.ToArray() }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>Keeps which documents the prompt of a job quotes, in the transaction that accepts the job.</summary>
public sealed record QuoteWrite(Guid JobId, IReadOnlyList<Guid> Documents) : IGroupWrite
{
    public Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<IGroupWrite> accepted, CancellationToken cancellationToken)
    {
        var rows = accepted.Cast<QuoteWrite>().SelectMany(write => write.Documents.Distinct().Select(document => (Document: document, Job: write.JobId))).ToArray();
        return connection.ExecuteAsync(
            QuoteStore.Insert,
            new { Documents = rows.Select(row => row.Document).ToArray(), Jobs = rows.Select(row => row.Job).ToArray() },
            cancellationToken);
    }
}

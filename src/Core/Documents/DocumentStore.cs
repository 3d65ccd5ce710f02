using Dapper;
using Npgsql;

namespace Pipeline.Core.Documents;

/// <summary>What clients ask about, and do to, their own documents. They enter with their jobs, through <see cref="Intake.JobIntake"/>.</summary>
public sealed class DocumentStore(NpgsqlDataSource dataSource)
{
    /// <summary>How many the client has.</summary>
    public async Task<int> CountAsync(Guid clientId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int?>(Command(DocumentSql.Count, new { ClientId = clientId }, cancellationToken)) ?? 0;
    }

    public async Task<Document?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Document>(Command(DocumentSql.Find, new { ClientId = clientId, Id = id }, cancellationToken));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Document>> ListAsync(Guid clientId, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<Document>(
            Command(DocumentSql.List, new { ClientId = clientId, Before = before, Limit = limit }, cancellationToken))).AsList();
    }

    /// <summary>Deletes it with its chunks and vectors. False when there is none.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Command(DocumentSql.Delete, new { ClientId = clientId, Id = id }, cancellationToken)) > 0;
    }

    /// <summary>Gives jobs to documents of another model than the one in use; returns to how many.</summary>
    public async Task<int> ReembedAsync(int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        Guid[] jobIds = [.. Enumerable.Range(0, limit).Select(_ => Guid.CreateVersion7(now))];
        return await connection.ExecuteAsync(Command(DocumentSql.Reembed, new { Limit = limit, JobIds = jobIds }, cancellationToken));
    }

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}

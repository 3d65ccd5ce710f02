using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Encryption;
using Pipeline.Core.Erasure;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Responses;

/// <summary>Answers that clients come back to and go on from. Owns <c>responses</c>; rows are added by <see cref="ResponseWrite"/>, with their jobs.</summary>
public sealed class ResponseStore(NpgsqlDataSource dataSource, Vault vault)
{
    internal const string Insert = """
        insert into responses (id, client_id, previous_id, input) values (@Id, @ClientId, @PreviousId, @Input::json) on conflict do nothing
        """;

    private const string Find = $"""
        select found.*, previous_id as PreviousId, responses.input::text as Input, answer_form as AnswerForm
          from responses join lateral (select {JobStore.Columns}, jobs.answer_form from jobs where jobs.id = responses.id) as found on true
         where responses.client_id = @ClientId and responses.id = @Id
        """;

    private const string Chain = """
        with recursive chain as (
            select id, previous_id, input, 1 as depth from responses where client_id = @ClientId and id = @Id
            union all
            select r.id, r.previous_id, r.input, depth + 1
              from chain join responses r on r.id = chain.previous_id where r.client_id = @ClientId and depth < @DepthMax)
        select chain.id, chain.previous_id as PreviousId, chain.input::text, j.state, j.result::text
          from chain left join jobs j on j.id = chain.id order by depth desc
        """;

    private const string Answers = $"""
        select responses.id, j.result::text as Result from responses join jobs j on j.id = responses.id
         where responses.client_id = @ClientId and responses.id = any(@Ids) and j.state = '{JobState.Succeeded}'
        """;

    private const string Lock = "select id from responses where client_id = @ClientId and id = @Id for update";

    // Where retention has taken the job already.
    private const string Delete = "delete from responses where client_id = @ClientId and id = @Id";

    public Task<StoredResponse?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QuerySingleOrDefaultAsync<StoredResponse>(Find, new { ClientId = clientId, Id = id }, cancellationToken).OpenedAsync(vault);

    /// <summary>What was said up to an answer, the oldest first; empty where there is none.</summary>
    public Task<IReadOnlyList<EarlierResponse>> ChainAsync(Guid clientId, Guid id, int depthMax, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<EarlierResponse>(Chain, new { ClientId = clientId, Id = id, DepthMax = depthMax }, cancellationToken).OpenedAsync(vault);

    /// <summary>Those of some responses that have an answer.</summary>
    public Task<IReadOnlyList<StoredAnswer>> AnswersAsync(Guid clientId, Guid[] ids, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<StoredAnswer>(Answers, new { ClientId = clientId, Ids = ids }, cancellationToken).OpenedAsync(vault);

    /// <summary>Deletes an answer with its job; false where there is none.</summary>
    public async Task<bool> DeleteAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QuerySingleOrDefaultAsync<Guid?>(Lock, new { ClientId = clientId, Id = id }, cancellationToken) is null)
        {
            return false;
        }

        await JobErasure.EraseAsync(connection, clientId, [id], cancellationToken);
        await connection.ExecuteAsync(Delete, new { ClientId = clientId, Id = id }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}

/// <summary>Keeps what a client said, in the transaction that accepts the job that answers it.</summary>
public sealed record ResponseWrite(Guid Id, Guid ClientId, Guid? PreviousId, string Input) : ISubmissionWrite
{
    public async Task<string?> TryWriteAsync(NpgsqlConnection connection, Vault vault, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(ResponseStore.Insert, this with { Input = vault.Seal(EncryptedColumn.ResponseInput, Id, Input) }, cancellationToken);
        return null;
    }
}

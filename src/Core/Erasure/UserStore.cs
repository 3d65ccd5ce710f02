using System.Text.Json;
using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Erasure;

/// <summary>Jobs that a client did for a user of its, with what was asked, for an export.</summary>
public sealed class UserStore(NpgsqlDataSource dataSource, Vault vault)
{
    // In the order of the index of users; migration 0021 says why it is not the id itself.
    private const string Jobs = $"""
        select {JobStore.Columns}, input::text as Input from jobs
         where client_id = @ClientId and user_id = @UserId and uuid_send(id) > uuid_send(@After) and id > @After order by uuid_send(id) limit @Limit
        """;

    private const string Responses = """
        select id, previous_id as PreviousId, input::text as Input from responses where client_id = @ClientId and id = any(@Ids)
        """;

    /// <summary>Oldest first.</summary>
    public Task<IReadOnlyList<UserJob>> JobsAsync(Guid clientId, string userId, Guid after, int limit, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<UserJob>(Jobs, new { ClientId = clientId, UserId = userId, After = after, Limit = limit }, cancellationToken).OpenedAsync(vault);

    /// <summary>What clients of OpenAI said for those of the jobs that answer them.</summary>
    public Task<IReadOnlyList<UserResponse>> ResponsesAsync(Guid clientId, Guid[] jobs, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<UserResponse>(Responses, new { ClientId = clientId, Ids = jobs }, cancellationToken).OpenedAsync(vault);
}

/// <summary>What a client of OpenAI said for a job that is kept as a response.</summary>
public sealed record UserResponse : IEncryptedRow
{
    public required Guid Id { get; init; }

    public Guid? PreviousId { get; init; }

    /// <summary>As JSON text; a string that says so where it cannot be decrypted.</summary>
    public required string Input { get; init; }

    IEncryptedRow IEncryptedRow.Opened(Vault vault) => this with
    {
        Input = vault.TryOpen(EncryptedColumn.ResponseInput, Id, Input, out var input, out var fault) ? input! : $"\"{JsonEncodedText.Encode(fault.Message)}\"",
    };
}

/// <summary>A job with what it was asked.</summary>
public sealed record UserJob : Job
{
    /// <summary>As JSON text.</summary>
    public required string Input { get; init; }

    /// <summary>An input that cannot be decrypted is a string that says so.</summary>
    private protected override Job Opened(Vault vault) => base.Opened(vault) is not UserJob opened ? this : opened with
    {
        Input = vault.TryOpen(EncryptedColumn.Input, Id, Input, out var input, out var fault) ? input! : $"\"{JsonEncodedText.Encode(fault.Message)}\"",
    };
}

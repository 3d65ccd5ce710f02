using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;

namespace Pipeline.Core.Prompts;

/// <summary>What clients see of prompts, and do to their own.</summary>
public sealed class PromptStore(NpgsqlDataSource dataSource, PromptTemplates templates, IOptions<PromptOptions> options)
{
    public async Task<IReadOnlyList<StoredPrompt>> ListAsync(Guid clientId, PromptFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<StoredPrompt>(Command(
            PromptSql.List,
            new { ClientId = clientId, filter.Before, filter.Kind, filter.Name, filter.Language, filter.Limit },
            cancellationToken))).AsList();
    }

    public async Task<StoredPrompt?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, clientId, id, cancellationToken);
    }

    /// <summary>Newest first; empty when the client has no such prompt.</summary>
    public async Task<IReadOnlyList<PromptVersion>> VersionsAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<PromptVersion>(Command(PromptSql.Versions, new { ClientId = clientId, Id = id }, cancellationToken))).AsList();
    }

    /// <param name="prompt">Its version is not read: the first is 1.</param>
    public async Task<PromptChange> AddAsync(Guid clientId, PromptTemplate prompt, bool isActive, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<int>(Command(PromptSql.Count, new { ClientId = clientId }, cancellationToken)) >= options.Value.PerClientMax)
        {
            return new PromptChange.TooMany("Prompts:PerClientMax", options.Value.PerClientMax);
        }

        var row = new
        {
            ClientId = clientId,
            prompt.Kind,
            prompt.Name,
            prompt.Language,
            IsActive = isActive,
            prompt.System,
            prompt.User,
            Examples = PromptExamplesJson.Write(prompt.Examples),
        };
        if (await connection.ExecuteScalarAsync<Guid?>(Command(PromptSql.Insert, row, cancellationToken)) is not { } id)
        {
            return new PromptChange.Exists();
        }

        templates.Forget();
        return new PromptChange.Done((await FindAsync(connection, clientId, id, cancellationToken))!);
    }

    /// <summary>Makes a version of the text, unless it is the one in use, and uses it.</summary>
    public Task<PromptChange> UpdateAsync(Guid clientId, Guid id, PromptTemplate prompt, bool isActive, CancellationToken cancellationToken) =>
        ChangeAsync(
            clientId,
            id,
            async (connection, versions) =>
            {
                if (versions >= options.Value.VersionsMax)
                {
                    return new PromptChange.TooMany("Prompts:VersionsMax", options.Value.VersionsMax);
                }

                var row = new
                {
                    Id = id,
                    NextVersion = versions + 1,
                    IsActive = isActive,
                    prompt.System,
                    prompt.User,
                    Examples = PromptExamplesJson.Write(prompt.Examples),
                };
                await connection.ExecuteAsync(Command(PromptSql.Update, row, cancellationToken));
                return null;
            },
            cancellationToken);

    /// <summary>Goes back, or forward, to a version that exists.</summary>
    public Task<PromptChange> UseVersionAsync(Guid clientId, Guid id, int version, CancellationToken cancellationToken) =>
        ChangeAsync(
            clientId,
            id,
            async (connection, _) => await connection.ExecuteAsync(Command(PromptSql.UseVersion, new { Id = id, Version = version }, cancellationToken)) > 0
                ? null
                : new PromptChange.NoVersion((await FindAsync(connection, clientId, id, cancellationToken))!),
            cancellationToken);

    /// <summary>Deletes a prompt with its versions. Jobs keep the prompts that they were accepted with.</summary>
    public Task<PromptChange> DeleteAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        ChangeAsync(
            clientId,
            id,
            async (connection, _) =>
            {
                var deleted = await FindAsync(connection, clientId, id, cancellationToken);
                await connection.ExecuteAsync(Command(PromptSql.Delete, new { Id = id, ClientId = clientId }, cancellationToken));
                return new PromptChange.Done(deleted!);
            },
            cancellationToken);

    /// <param name="change">Gets the number of the newest version; null when it did its work.</param>
    private async Task<PromptChange> ChangeAsync(
        Guid clientId, Guid id, Func<NpgsqlConnection, int, Task<PromptChange?>> change, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<int?>(Command(PromptSql.Lock, new { Id = id, ClientId = clientId }, cancellationToken)) is not { } versions)
        {
            return await FindAsync(connection, clientId, id, cancellationToken) is { } builtIn
                ? new PromptChange.BuiltIn(builtIn)
                : new PromptChange.NotFound();
        }

        var answer = await change(connection, versions) ?? new PromptChange.Done((await FindAsync(connection, clientId, id, cancellationToken))!);
        await transaction.CommitAsync(cancellationToken);
        templates.Forget();
        return answer;
    }

    private static Task<StoredPrompt?> FindAsync(NpgsqlConnection connection, Guid clientId, Guid id, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<StoredPrompt>(Command(PromptSql.Find, new { ClientId = clientId, Id = id }, cancellationToken));

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);
}

/// <summary>Which prompts to list, newest first; those that come with Pipeline come last.</summary>
public sealed record PromptFilter
{
    public string? Kind { get; init; }

    public string? Name { get; init; }

    public string? Language { get; init; }

    public Guid? Before { get; init; }

    public required int Limit { get; init; }
}

using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Prompts;

/// <summary>What clients see of prompts, and do to their own.</summary>
public sealed class PromptStore(NpgsqlDataSource dataSource, PromptTemplates templates, IOptions<PromptOptions> options)
{
    private const string Select = """
        select p.id, p.client_id is null as IsBuiltIn, p.kind, p.name, p.language, v.version, p.is_active as IsActive, v.system,
               v.user_text as "User", v.examples::text, p.created_at as CreatedAt, v.created_at as VersionCreatedAt
          from prompts p join prompt_versions v on v.prompt_id = p.id and v.version = p.active_version
         where (p.client_id = @ClientId or p.client_id is null)
        """;

    private const string Find = Select + " and p.id = @Id";

    private const string List = Select + """
         and (@Before::uuid is null or p.id < @Before)
           and (@Kind::text is null or p.kind = @Kind)
           and (@Name::text is null or p.name = @Name)
           and (@Language::text is null or p.language = @Language)
         order by p.id desc limit @Limit
        """;

    private const string Versions = """
        select v.version, v.version = p.active_version as IsInUse, v.system, v.user_text as "User", v.examples::text, v.created_at as CreatedAt
          from prompts p join prompt_versions v on v.prompt_id = p.id
         where p.id = @Id and (p.client_id = @ClientId or p.client_id is null)
         order by v.version desc
        """;

    private const string Count = "select count(*)::int from prompts where client_id = @ClientId";

    private const string Insert = """
        with made as (
            insert into prompts (client_id, kind, name, language, active_version, is_active)
            values (@ClientId, @Kind, @Name, @Language, 1, @IsActive)
            on conflict do nothing returning id)
        insert into prompt_versions (prompt_id, version, system, user_text, examples)
        select id, 1, @System, @User, @Examples::json from made
        returning prompt_id
        """;

    // Changes of one prompt come one after the other: each is to see the versions of the one before it.
    private const string Lock = """
        select (select max(version) from prompt_versions where prompt_id = prompts.id)
          from prompts where id = @Id and client_id = @ClientId for update
        """;

    // A version only where the text differs from the one in use.
    private const string Update = """
        with added as (
            insert into prompt_versions (prompt_id, version, system, user_text, examples)
            select p.id, @NextVersion, @System, @User, @Examples::json
              from prompts p join prompt_versions v on v.prompt_id = p.id and v.version = p.active_version
             where p.id = @Id and (v.system, v.user_text, v.examples::text) is distinct from (@System::text, @User::text, @Examples::text)
            returning version)
        update prompts set active_version = coalesce((select version from added), active_version), is_active = @IsActive where id = @Id
        """;

    private const string UseVersion = """
        update prompts set active_version = @Version
         where id = @Id and exists (select from prompt_versions where prompt_id = @Id and version = @Version)
        """;

    private const string Delete = "delete from prompts where id = @Id and client_id = @ClientId";

    public Task<IReadOnlyList<StoredPrompt>> ListAsync(Guid clientId, PromptFilter filter, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<StoredPrompt>(
            List, new { ClientId = clientId, filter.Before, filter.Kind, filter.Name, filter.Language, filter.Limit }, cancellationToken);

    public async Task<StoredPrompt?> FindAsync(Guid clientId, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FindAsync(connection, clientId, id, cancellationToken);
    }

    /// <summary>Newest first; empty when the client has no such prompt.</summary>
    public Task<IReadOnlyList<PromptVersion>> VersionsAsync(Guid clientId, Guid id, CancellationToken cancellationToken) =>
        dataSource.QueryAsync<PromptVersion>(Versions, new { ClientId = clientId, Id = id }, cancellationToken);

    /// <param name="prompt">Its version is not read: the first is 1.</param>
    public async Task<PromptChange> AddAsync(Guid clientId, PromptTemplate prompt, bool isActive, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<int>(Count, new { ClientId = clientId }, cancellationToken) >= options.Value.PerClientMax)
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
        if (await connection.ExecuteScalarAsync<Guid?>(Insert, row, cancellationToken) is not { } id)
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
                await connection.ExecuteAsync(Update, row, cancellationToken);
                return null;
            },
            cancellationToken);

    /// <summary>Goes back, or forward, to a version that exists.</summary>
    public Task<PromptChange> UseVersionAsync(Guid clientId, Guid id, int version, CancellationToken cancellationToken) =>
        ChangeAsync(
            clientId,
            id,
            async (connection, _) => await connection.ExecuteAsync(UseVersion, new { Id = id, Version = version }, cancellationToken) > 0
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
                await connection.ExecuteAsync(Delete, new { Id = id, ClientId = clientId }, cancellationToken);
                return new PromptChange.Done(deleted!);
            },
            cancellationToken);

    /// <param name="change">Gets the number of the newest version; null when it did its work.</param>
    private async Task<PromptChange> ChangeAsync(
        Guid clientId, Guid id, Func<NpgsqlConnection, int, Task<PromptChange?>> change, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ExecuteScalarAsync<int?>(Lock, new { Id = id, ClientId = clientId }, cancellationToken) is not { } versions)
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
        connection.QuerySingleOrDefaultAsync<StoredPrompt>(Find, new { ClientId = clientId, Id = id }, cancellationToken);
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

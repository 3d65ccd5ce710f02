using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Results;

namespace Pipeline.Core.Prompts;

/// <summary>
/// The templates in Postgres: a client's own before those that come with Pipeline. What was found is remembered for
/// <see cref="PromptOptions.CacheLifetime"/>; a change by this process is seen at once.
/// </summary>
public sealed class PromptTemplates : IPromptTemplates
{
    // The client's own stands before the one that comes with Pipeline.
    private const string FindActive = """
        select p.kind, p.name, p.language, v.version, v.system, v.user_text as "User", v.examples::text
          from prompts p join prompt_versions v on v.prompt_id = p.id and v.version = p.active_version
         where (p.client_id = @ClientId or p.client_id is null) and p.is_active
           and p.kind = @Kind and p.name = @Name and p.language = @Language
         order by p.client_id nulls last limit 1
        """;

    private readonly SingleFlightCache<Key, PromptTemplate?> _found;

    public PromptTemplates(NpgsqlDataSource dataSource, IOptions<PromptOptions> options, TimeProvider time) =>
        _found = new(options.Value.CacheLifetime, time, async key =>
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            return (await connection.QuerySingleOrDefaultAsync<TemplateRow>(FindActive, key))?.ToTemplate();
        });

    public Task<PromptTemplate?> FindAsync(Guid clientId, string kind, string? name, string? language, CancellationToken cancellationToken) =>
        _found.GetAsync(new(clientId, kind, name ?? PromptTemplate.DefaultName, language ?? TextLanguage.English), cancellationToken);

    /// <summary>Something changed: nothing that was found before counts any more.</summary>
    internal void Forget() => _found.Clear();

    private sealed record Key(Guid ClientId, string Kind, string Name, string Language);

    private sealed record TemplateRow
    {
        public required string Kind { get; init; }

        public required string Name { get; init; }

        public required string Language { get; init; }

        public required int Version { get; init; }

        public required string System { get; init; }

        public string? User { get; init; }

        public required string Examples { get; init; }

        public PromptTemplate ToTemplate() => new()
        {
            Kind = Kind,
            Name = Name,
            Language = Language,
            Version = Version,
            System = System,
            User = User,
            Examples = PromptExamplesJson.Read(Examples),
        };
    }
}

/// <summary>Where templates are found.</summary>
public interface IPromptTemplates
{
    /// <summary>The version in use: the client's own, or else the one that comes with Pipeline. Null where there is neither.</summary>
    /// <param name="clientId">Who asks.</param>
    /// <param name="kind">The kind of job.</param>
    /// <param name="name">Null: <c>default</c>.</param>
    /// <param name="language">Null: English.</param>
    Task<PromptTemplate?> FindAsync(Guid clientId, string kind, string? name, string? language, CancellationToken cancellationToken);
}

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
    private readonly SingleFlightCache<Key, PromptTemplate?> _found;

    public PromptTemplates(NpgsqlDataSource dataSource, IOptions<PromptOptions> options, TimeProvider time) =>
        _found = new(options.Value.CacheLifetime, time, async key =>
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            return (await connection.QuerySingleOrDefaultAsync<TemplateRow>(PromptSql.FindActive, key))?.ToTemplate();
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

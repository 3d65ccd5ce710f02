using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;

namespace Pipeline.Core.Prompts;

/// <summary>
/// The templates in Postgres: a client's own before those that come with Pipeline. What was found is remembered for
/// <see cref="PromptOptions.CacheLifetime"/>; a change by this process is seen at once.
/// </summary>
public sealed class PromptTemplates(NpgsqlDataSource dataSource, IOptions<PromptOptions> options, TimeProvider time) : IPromptTemplates
{
    // More different ones than this in one lifetime are looked up anew.
    private const int CachedMax = 10_000;

    private readonly ConcurrentDictionary<Key, Cached> _cache = new();
    private int _changes;

    public async Task<PromptTemplate?> FindAsync(Guid clientId, string kind, string? name, string? language, CancellationToken cancellationToken)
    {
        var key = new Key(clientId, kind, name ?? BuiltInPrompts.DefaultName, language ?? TextLanguage.English);
        if (_cache.TryGetValue(key, out var cached) && time.GetElapsedTime(cached.At) < options.Value.CacheLifetime)
        {
            return cached.Template;
        }

        var (asked, changes) = (time.GetTimestamp(), Volatile.Read(ref _changes));
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<TemplateRow>(new CommandDefinition(PromptSql.FindActive, key, cancellationToken: cancellationToken));
        if (_cache.Count >= CachedMax)
        {
            _cache.Clear();
        }

        var template = row?.ToTemplate();
        if (changes == Volatile.Read(ref _changes))
        {
            _cache[key] = new(template, asked); // Else a change may have overtaken the answer.
        }

        return template;
    }

    /// <summary>Something changed: nothing that was found before counts any more.</summary>
    internal void Forget()
    {
        Interlocked.Increment(ref _changes);
        _cache.Clear();
    }

    private sealed record Key(Guid ClientId, string Kind, string Name, string Language);

    private sealed record Cached(PromptTemplate? Template, long At);

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

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Contracts.Languages;

namespace Pipeline.Core.Search;

/// <summary>Bounds of searches. Section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    public const string Section = "Search";

    /// <summary><c>Auto</c>: pgvector where the server has it, else the exact scan in memory. <c>Exact</c> or <c>Pgvector</c> says which.</summary>
    public VectorIndexChoice Index { get; init; } = VectorIndexChoice.Auto;

    /// <summary>Most results of one search. 1 to 1,000, default 100; a request that names no number gets 10.</summary>
    [Range(1, 1_000)]
    public int ResultsMax { get; init; } = 100;

    /// <summary>Longest query, in UTF-16 code units. 1 to 20,000, default 2,000.</summary>
    [Range(1, 20_000)]
    public int QueryLengthMax { get; init; } = 2_000;

    /// <summary>Longest wait for a worker to embed the query; then only words are searched. 100 ms to 1 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan EmbedTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// BCP 47 codes of the languages that the embedding model was made for. A query in another one, which has no more than a chance
    /// likeness to any text, is looked for by its words alone. Null, the default, takes the model to know all.
    /// </summary>
    public IReadOnlyList<string>? Languages { get; init; }

    /// <summary>Most chunks with a word of the query whose rank is computed. 100 to 1,000,000, default 5,000.</summary>
    [Range(100, 1_000_000)]
    public int WordCandidatesMax { get; init; } = 5_000;

    /// <summary>Megabytes of vectors that one API process holds for the exact scan; clients that searched longest ago leave first. 16 to 1,048,576, default 1,024.</summary>
    [Range(16, 1_048_576)]
    public int MemoryMegabytesMax { get; init; } = 1_024;

    /// <summary>How often vectors in memory are brought up to date without a search, so how soon deleted ones leave it. 100 ms to 1 min, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The language of a query that the embedding model was not made for; null where it was, or where the language cannot be told.</summary>
    public string? ForeignLanguage(string query) =>
        Languages is not null && LanguageDetector.Detect(query) is var language and not LanguageDetector.Undetermined && !Languages.Contains(language) ? language : null;
}

/// <summary>How vectors are searched.</summary>
public enum VectorIndexChoice
{
    Auto,
    Exact,
    Pgvector,
}

[OptionsValidator]
internal sealed partial class SearchOptionsValidator : IValidateOptions<SearchOptions>;

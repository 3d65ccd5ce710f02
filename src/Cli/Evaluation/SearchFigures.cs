using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Cli.Evaluation;

/// <summary>How well the documents of a file are found. The line of <c>eval search --json</c>; fields are only ever added.</summary>
internal sealed record SearchFigures
{
    /// <summary>What embedded the questions.</summary>
    public required string Model { get; init; }

    public required int Documents { get; init; }

    /// <summary>Those that a document answers, in its own language.</summary>
    public required int N { get; init; }

    /// <summary>Of these; null where there are none.</summary>
    public RecallByMode? Recall { get; init; }

    /// <summary>Of the questions of each language, as <c>en</c>; as <c>ko-en</c> of those in Korean that an English document answers.</summary>
    public required IReadOnlyDictionary<string, RecallByMode> Languages { get; init; }

    public static SearchFigures Of(string model, int documents, IReadOnlyList<FoundPlaces> found)
    {
        var own = found.Where(places => !places.IsAcross).ToArray();
        return new()
        {
            Model = model,
            Documents = documents,
            N = own.Length,
            Recall = own.Length > 0 ? RecallByMode.Of(own) : null,
            Languages = found.GroupBy(places => places.Group).ToDictionary(group => group.Key, group => RecallByMode.Of([.. group])),
        };
    }

    public string Line() => JsonSerializer.Serialize(this, SearchFiguresJson.Default.SearchFigures);
}

/// <summary>Where a question's document was found: see <see cref="Recall.Of"/>.</summary>
/// <param name="Language">The question's.</param>
/// <param name="DocumentLanguage">That of the document that answers it.</param>
internal sealed record FoundPlaces(string Language, string DocumentLanguage, int? Hybrid, int? Vectors, int? Words)
{
    public bool IsAcross => Language != DocumentLanguage;

    public string Group => IsAcross ? $"{Language}-{DocumentLanguage}" : Language;
}

/// <param name="N">Questions.</param>
internal sealed record RecallByMode(int N, Recall Hybrid, Recall Vectors, Recall Words)
{
    public static RecallByMode Of(IReadOnlyCollection<FoundPlaces> found) => new(
        found.Count,
        Recall.Of([.. found.Select(places => places.Hybrid)]),
        Recall.Of([.. found.Select(places => places.Vectors)]),
        Recall.Of([.. found.Select(places => places.Words)]));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SearchFigures))]
[JsonSerializable(typeof(AskFigures))]
internal sealed partial class SearchFiguresJson : JsonSerializerContext;

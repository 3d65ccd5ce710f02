using System.Text.Json;

namespace Pipeline.Cli.Evaluation;

/// <summary>How well it is told whether documents answer a question. The line of <c>eval ask --json</c>; fields are only ever added.</summary>
internal sealed record AskFigures
{
    public required int Documents { get; init; }

    public required KnownCounts All { get; init; }

    /// <summary>Of the questions of each language.</summary>
    public required IReadOnlyDictionary<string, KnownCounts> Languages { get; init; }

    /// <summary>Of the parts that the file names; null where it names none.</summary>
    public IReadOnlyDictionary<string, KnownCounts>? Splits { get; init; }

    public static AskFigures Of(int documents, IReadOnlyList<AskedQuestion> asked) => new()
    {
        Documents = documents,
        All = KnownCounts.Of(asked),
        Languages = asked.GroupBy(question => question.Language).ToDictionary(group => group.Key, group => KnownCounts.Of([.. group])),
        Splits = asked.Any(question => question.Split is not null)
            ? asked.GroupBy(question => question.Split ?? "").ToDictionary(group => group.Key, group => KnownCounts.Of([.. group]))
            : null,
    };

    public string Line() => JsonSerializer.Serialize(this, SearchFiguresJson.Default.AskFigures);
}

/// <param name="IsRelated">Whether a document answers it.</param>
/// <param name="Known">What the pipeline says of that.</param>
/// <param name="IsFound">Whether such a document is among the five passages that a model would be given.</param>
internal sealed record AskedQuestion(string Text, string Language, string? Split, bool IsRelated, bool Known, bool IsFound);

/// <param name="Related">Questions that a document answers.</param>
/// <param name="RelatedKnown">Those of them that are answered.</param>
/// <param name="Unrelated">The other questions.</param>
/// <param name="UnrelatedKnown">Those of them that are answered all the same.</param>
/// <param name="RecallAt5">Share of the related ones whose document is among the five passages that a model would be given.</param>
internal sealed record KnownCounts(int Related, int RelatedKnown, int Unrelated, int UnrelatedKnown, double RecallAt5)
{
    public static KnownCounts Of(IReadOnlyCollection<AskedQuestion> asked)
    {
        var related = asked.Where(question => question.IsRelated).ToArray();
        var unrelated = asked.Where(question => !question.IsRelated).ToArray();
        return new(
            related.Length,
            related.Count(question => question.Known),
            unrelated.Length,
            unrelated.Count(question => question.Known),
            related.Length > 0 ? related.Average(question => question.IsFound ? 1.0 : 0) : 0);
    }
}

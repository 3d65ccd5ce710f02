using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Contracts;

/// <summary>Every kind of job there is. Adding one here is what makes the API accept it and the dispatcher route it.</summary>
public static class JobCatalog
{
    private static readonly Dictionary<string, JobKind> Kinds = new JobKind[]
    {
        JobKind.Of<AnalyzeEmotion, EmotionResult>(),
        JobKind.Of<EmbedTexts, EmbeddingResult>(),
        JobKind.Of<CompleteChat, ChatResult>(),
        JobKind.Of<GiveFeedback, FeedbackResult>(),
        JobKind.Of<StepInterview, InterviewStepResult>(),
        JobKind.Of<WriteReport, ReportResult>(),
        JobKind.Of<EmbedDocument, DocumentResult>(),
    }.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<JobKind> All => Kinds.Values;

    /// <summary>Every lane of every kind.</summary>
    public static IReadOnlyList<string> Lanes { get; } = [.. Kinds.Values.SelectMany(kind => kind.Lanes)];

    /// <summary>A kind that is there.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public static JobKind Get(string name) => Kinds[name];

    public static bool TryFind(string name, [NotNullWhen(true)] out JobKind? kind) => Kinds.TryGetValue(name, out kind);
}

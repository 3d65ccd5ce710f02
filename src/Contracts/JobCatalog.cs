using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Contracts;

/// <summary>Every kind of job there is. Adding one here is what makes the API accept it and the outbox relay send it.</summary>
public static class JobCatalog
{
    private static readonly Dictionary<string, JobKind> Kinds = new JobKind[]
    {
        JobKind.Of<AnalyzeEmotion, EmotionResult>(),
        JobKind.Of<EmbedTexts, EmbeddingResult>(),
        JobKind.Of<CompleteChat, ChatResult>(),
        JobKind.Of<GiveFeedback, FeedbackResult>(),
        JobKind.Of<StepInterview, InterviewStepResult>(),
        JobKind.Of<InterviewReport, InterviewReportResult>(),
        JobKind.Of<EmbedDocument, DocumentResult>(),
    }.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<JobKind> All => Kinds.Values;

    /// <summary>Every queue of every kind.</summary>
    public static IReadOnlyList<string> Queues { get; } = [.. Kinds.Values.SelectMany(kind => kind.Queues)];

    /// <summary>A kind that is there.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public static JobKind Get(string name) => Kinds[name];

    public static bool TryFind(string name, [NotNullWhen(true)] out JobKind? kind) => Kinds.TryGetValue(name, out kind);
}

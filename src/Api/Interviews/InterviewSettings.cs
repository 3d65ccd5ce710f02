
namespace Pipeline.Api.Interviews;

/// <summary>How an interview goes, stored in <c>conversations.settings</c>.</summary>
internal sealed record InterviewSettings
{
    /// <summary>In their order; never empty.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>In their order; never empty.</summary>
    public required IReadOnlyList<string> Phases { get; init; }

    /// <summary>Answers after which it ends, whatever the model wants.</summary>
    public required int QuestionsMax { get; init; }

    /// <summary>Answers after which a phase ends, whatever the model wants.</summary>
    public required int QuestionsPerPhaseMax { get; init; }

    public required string Language { get; init; }

    public string? Prompt { get; init; }
}

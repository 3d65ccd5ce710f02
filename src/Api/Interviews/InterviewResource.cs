using System.ComponentModel;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.Interviews;

[Description("An interview. Fields without a value are omitted.")]
internal sealed record InterviewResource
{
    [Description("UUIDv7: ids sort by creation.")]
    public required Guid Id { get; init; }

    [Description("thinking while a job generates the next message, waiting for an answer, stuck if that job did not succeed, or finished.")]
    public required string State { get; init; }

    public required IReadOnlyList<string> Topics { get; init; }

    [Description("What the next answer is about; absent when the interview is finished.")]
    public string? Topic { get; init; }

    public required IReadOnlyList<string> Phases { get; init; }

    [Description("Where the next answer belongs; absent when all phases are over.")]
    public string? Phase { get; init; }

    public required int QuestionsAnswered { get; init; }

    public required int QuestionsMax { get; init; }

    [Description("The current message for the candidate; absent while it is being generated.")]
    public string? Message { get; init; }

    [Description("Answered so far, oldest first.")]
    public required IReadOnlyList<JudgedExchange> Exchanges { get; init; }

    [Description("The job of the last message.")]
    public required Guid JobId { get; init; }

    public required InterviewLinks Links { get; init; }

    public static InterviewResource Of(Conversation conversation)
    {
        var settings = Settings(conversation);
        var progress = InterviewProgress.Of(settings, conversation.Messages);
        var last = conversation.Messages[^1];
        return new()
        {
            Id = conversation.Id,
            State = progress.IsFinished ? "finished" : last.Result is not null ? "waiting" : JobState.IsFinal(last.State) ? "stuck" : "thinking",
            Topics = settings.Topics,
            Topic = progress.IsFinished ? null : settings.Topics[progress.Topic],
            Phases = settings.Phases,
            Phase = settings.Phases.ElementAtOrDefault(progress.Phase),
            QuestionsAnswered = progress.Exchanges.Count,
            QuestionsMax = settings.QuestionsMax,
            Message = last.Result is null ? null : progress.Message,
            Exchanges = progress.Exchanges,
            JobId = last.JobId,
            Links = InterviewLinks.Of(conversation.Id, last.JobId),
        };
    }

    public static InterviewSettings Settings(Conversation conversation) => JsonSerializer.Deserialize(conversation.Settings, ApiJson.Wire.InterviewSettings)!;
}

/// <param name="Answers">POST sends an answer.</param>
/// <param name="Job">The job of the last message.</param>
internal sealed record InterviewLinks(string Self, string Answers, string Job)
{
    public static InterviewLinks Of(Guid id, Guid jobId) => new($"/api/interviews/{id}", $"/api/interviews/{id}/answers", Jobs.JobLinks.PathOf(jobId));
}

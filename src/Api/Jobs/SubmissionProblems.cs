using Pipeline.Api.Headers;
using Pipeline.Api.Problems;
using Pipeline.Core.Intake;

namespace Pipeline.Api.Jobs;

/// <summary>Why a submission was not accepted.</summary>
internal static class SubmissionProblems
{
    public static Problem Of(SubmissionReply refused, string? key) => refused switch
    {
        SubmissionReply.Refused refusal => new(ProblemType.ConversationState, refusal.Reason),
        SubmissionReply.KeyReused => new(
            ProblemType.KeyReused,
            $"{IdempotencyKeyHeader.Name} \"{key}\" was used before with another payload. Use a new key for a new request."),
        SubmissionReply.QueueFull full => new(
            ProblemType.QueueFull,
            $"Queue {full.Queue} holds {full.Depth} waiting jobs; at most {full.DepthMax} are accepted (Queues:{full.Queue}:DepthMax). Send again later, or add workers.")
        {
            RetryAfter = full.RetryAfter,
        },
        var other => throw new InvalidOperationException($"The intake answered {other.GetType().Name}, which is not handled."),
    };
}

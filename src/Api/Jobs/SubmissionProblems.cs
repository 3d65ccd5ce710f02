using Pipeline.Api.Headers;
using Pipeline.Api.Problems;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Jobs;

/// <summary>Why a submission was not accepted.</summary>
internal static class SubmissionProblems
{
    public static Problem Of(SubmissionReply refused, string? key) => refused switch
    {
        SubmissionReply.Refused dialogue => new(ProblemType.DialogueState, dialogue.Reason),
        SubmissionReply.KeyReused => new(
            ProblemType.KeyReused,
            $"{IdempotencyKeyHeader.Name} \"{key}\" was used before with another payload. Use a new key for a new request."),
        SubmissionReply.LaneFull full => new(
            ProblemType.LaneFull,
            $"Lane {full.Lane} holds {full.Depth} waiting jobs; at most {full.DepthMax} are accepted (Lanes:{full.Lane}:DepthMax). Send again later, or add workers.")
        {
            RetryAfter = full.RetryAfter,
        },
        var other => throw new InvalidOperationException($"The intake answered {other.GetType().Name}, which nobody handles."),
    };
}

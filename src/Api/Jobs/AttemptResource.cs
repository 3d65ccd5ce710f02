using System.ComponentModel;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Jobs;

/// <param name="Attempts">Newest first.</param>
internal sealed record AttemptsResource(IReadOnlyList<AttemptResource> Attempts);

[Description("An attempt that ended without a result.")]
internal sealed record AttemptResource
{
    [Description("From 1.")]
    public required int Attempt { get; init; }

    [Description("The host of the worker; absent where nobody knew it any more.")]
    public string? Worker { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    [Description("What the job was then: queued (again), failed, canceled or expired.")]
    public required string State { get; init; }

    [Description("Why it ended. Absent where its worker died or gave it back, or somebody canceled the job.")]
    public JobError? Error { get; init; }

    public static AttemptResource Of(JobAttempt attempt) => new()
    {
        Attempt = attempt.Attempt,
        Worker = attempt.Worker,
        StartedAt = attempt.StartedAt,
        EndedAt = attempt.EndedAt,
        State = attempt.State,
        Error = attempt.ErrorCode is { } code ? new(code, attempt.Error ?? "") : null,
    };
}

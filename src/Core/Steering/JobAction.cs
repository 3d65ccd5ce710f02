using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Steering;

/// <summary>What to do to which jobs.</summary>
public sealed record NewJobAction
{
    /// <summary><see cref="JobAction.Cancel"/> or <see cref="JobAction.Retry"/>.</summary>
    public required string Action { get; init; }

    /// <summary>Whose jobs; null: everybody's.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>Values of <see cref="JobState"/> that allow the action.</summary>
    public required string[] States { get; init; }

    public string? Kind { get; init; }

    public string? ErrorCode { get; init; }

    public Guid? BatchId { get; init; }

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    internal Guid FromId => CreatedAfter is { } after ? JobDays.Floor(after) : BatchId is { } batch ? JobDays.FloorOfPartsOf(batch) : Guid.Empty;
}

/// <summary>A row of <c>job_actions</c>.</summary>
public sealed record JobAction
{
    public const string Cancel = "cancel";
    public const string Retry = "retry";

    public required Guid Id { get; init; }

    public required string Action { get; init; }

    public required string[] States { get; init; }

    public string? Kind { get; init; }

    public string? ErrorCode { get; init; }

    public Guid? BatchId { get; init; }

    public Guid? ClientId { get; init; }

    /// <summary>The name of the client whose jobs it is about; null: everybody's.</summary>
    public string? Client { get; init; }

    /// <summary>running, stopped or done.</summary>
    public required string State { get; init; }

    /// <summary>Jobs that were canceled or queued anew.</summary>
    public required long Changed { get; init; }

    /// <summary>Jobs that were not retried because the budget of their client does not hold them.</summary>
    public long Refused { get; init; }

    public required Guid FromId { get; init; }

    public required Guid ToId { get; init; }

    public required Guid NextId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The states that allow an action.</summary>
    public static IReadOnlyList<string> StatesOf(string action) =>
        action is Cancel ? [JobState.Queued, JobState.Running] : [JobState.Failed, JobState.Canceled, JobState.Expired];
}

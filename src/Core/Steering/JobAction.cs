using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Steering;

/// <summary>What to do to which jobs.</summary>
public sealed record NewJobAction
{
    /// <summary><see cref="JobAction.Cancel"/>, <see cref="JobAction.Retry"/> or <see cref="JobAction.Erase"/>.</summary>
    public required string Action { get; init; }

    /// <summary>A value of <see cref="JobActionScope"/>: what goes with the jobs.</summary>
    public string Scope { get; init; } = JobActionScope.Jobs;

    /// <summary>Whose jobs; null: everybody's.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>Values of <see cref="JobState"/> that allow the action.</summary>
    public required string[] States { get; init; }

    public string? Kind { get; init; }

    public string? Queue { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>The model that made the result.</summary>
    public string? Model { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>Only jobs that the client did for this user of its.</summary>
    public string? UserId { get; init; }

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Erases all that a client has in a scope, whatever states its jobs are in.</summary>
    /// <param name="scope">A value of <see cref="JobActionScope"/>.</param>
    public static NewJobAction Erasure(string scope, Guid clientId) =>
        new() { Action = JobAction.Erase, Scope = scope, ClientId = clientId, States = [.. JobState.All] };

    internal Guid FromId => CreatedAfter is { } after ? JobDays.Floor(after) : BatchId is { } batch ? JobDays.FloorOfPartsOf(batch) : Guid.Empty;
}

/// <summary>A row of <c>job_actions</c>.</summary>
public sealed record JobAction
{
    public const string Cancel = "cancel";
    public const string Retry = "retry";
    public const string Erase = "erase";

    public required Guid Id { get; init; }

    public required string Action { get; init; }

    public required string[] States { get; init; }

    public string? Kind { get; init; }

    public string? Queue { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>The model that made the result.</summary>
    public string? Model { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>Null also once it has ended: what was erased leaves no name behind.</summary>
    public string? UserId { get; init; }

    /// <summary>A value of <see cref="JobActionScope"/>.</summary>
    public string Scope { get; init; } = JobActionScope.Jobs;

    public Guid? ClientId { get; init; }

    /// <summary>The name of the client whose jobs it is about; null: everybody's.</summary>
    public string? Client { get; init; }

    /// <summary>running, stopped or done.</summary>
    public required string State { get; init; }

    /// <summary>Jobs that were canceled, queued anew or erased.</summary>
    public required long Changed { get; init; }

    /// <summary>Jobs that were not retried because the budget of their client does not hold them.</summary>
    public long Refused { get; init; }

    public required Guid FromId { get; init; }

    public required Guid ToId { get; init; }

    public required Guid NextId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The states that allow an action.</summary>
    public static IReadOnlyList<string> StatesOf(string action) => action switch
    {
        Cancel => [JobState.Queued, JobState.Running],
        Erase => JobState.All,
        _ => [JobState.Failed, JobState.Canceled, JobState.Expired],
    };

    /// <summary>The states that are meant where none is named.</summary>
    public static IReadOnlyList<string> UsualStatesOf(string action) => action switch
    {
        Retry => [JobState.Failed],
        Erase => [.. JobState.All.Where(JobState.IsFinal)],
        _ => StatesOf(action),
    };
}

/// <summary>The values of <c>job_actions.scope</c>: what an erasure takes besides the jobs that it finds.</summary>
public static class JobActionScope
{
    /// <summary>Nothing.</summary>
    public const string Jobs = "jobs";

    /// <summary>The batch that they came with, and its files.</summary>
    public const string Batch = "batch";

    /// <summary>Conversations and documents of the user.</summary>
    public const string User = "user";

    /// <summary>Everything of the client but its name, for the audit, and how much it used.</summary>
    public const string Client = "client";
}

using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Core.Jobs;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <summary>The body for readers of the document; <see cref="JobActions"/> reads it.</summary>
internal sealed record JobActionRequest
{
    [Description("Only jobs in these states. To cancel: queued, running (default both). To retry: failed, canceled, expired (default failed). To erase: any (default those that are final).")]
    public IReadOnlyList<string>? States { get; init; }

    [Description("Only jobs of this kind.")]
    public string? Kind { get; init; }

    [Description("Only jobs of this queue, such as emotion-bulk.")]
    public string? Queue { get; init; }

    [Description("Only jobs whose last attempt failed with this code, such as timeout.")]
    public string? ErrorCode { get; init; }

    [Description("Only jobs whose result this model made.")]
    public string? Model { get; init; }

    [Description("Only jobs of this batch.")]
    public Guid? Batch { get; init; }

    [Description("Only jobs that you submitted for this user of yours.")]
    public string? User { get; init; }

    [Description("Operators: the client whose jobs are meant, or * for all clients; otherwise your own.")]
    public string? Client { get; init; }

    [Description("Only jobs accepted at this time or later (RFC 3339).")]
    public DateTimeOffset? CreatedAfter { get; init; }

    [Description("Only jobs accepted before this time (RFC 3339). Jobs that come after the request are never meant.")]
    public DateTimeOffset? CreatedBefore { get; init; }

    [Description("true: only count.")]
    public bool? DryRun { get; init; }
}

/// <param name="Matched">How many jobs the filter finds now.</param>
/// <param name="More">Whether the count ended there, after 1,000,000 jobs or a part of a second, and there may be more.</param>
internal sealed record JobCountResource(long Matched, bool More);

/// <param name="Actions">Newest first.</param>
internal sealed record JobActionPageResource(IReadOnlyList<JobActionResource> Actions, PageLinks Links);

[Description("Jobs that are canceled, retried or erased by a filter, in the background.")]
internal sealed record JobActionResource
{
    [Description("That of its entry in the audit.")]
    public required Guid Id { get; init; }

    [Description("cancel, retry or erase.")]
    public required string Action { get; init; }

    [Description("running, stopped or done.")]
    public required string State { get; init; }

    [Description("Jobs that were canceled, queued anew or erased.")]
    public required long Changed { get; init; }

    [Description("Jobs that were left as they are because the budget of their client does not hold them (tokens_per_day, tokens_per_month).")]
    public required long Refused { get; init; }

    [Description("From 0 to 1, by the time of acceptance of the jobs that were looked through.")]
    public required double Progress { get; init; }

    public required IReadOnlyList<string> States { get; init; }

    public string? Kind { get; init; }

    public string? Queue { get; init; }

    public string? ErrorCode { get; init; }

    public string? Model { get; init; }

    public Guid? Batch { get; init; }

    [Description("Of an erasure: jobs, or what goes with them: batch, user, client.")]
    public string? Scope { get; init; }

    [Description("Whose jobs; * are everybody's.")]
    public required string Client { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public required JobActionLinks Links { get; init; }

    public static JobActionResource Of(JobAction action) => new()
    {
        Id = action.Id,
        Action = action.Action,
        State = action.State,
        Changed = action.Changed,
        Refused = action.Refused,
        Progress = action.FinishedAt is not null ? 1 : Math.Round(Share(action), 3),
        States = action.States,
        Kind = action.Kind,
        Queue = action.Queue,
        ErrorCode = action.ErrorCode,
        Model = action.Model,
        Batch = action.BatchId,
        Scope = action.Action is JobAction.Erase ? action.Scope : null,
        Client = action.ClientId is null ? "*" : action.Client ?? action.ClientId.ToString()!,
        CreatedAt = action.CreatedAt,
        FinishedAt = action.FinishedAt,
        Links = new($"/api/jobs/actions/{action.Id}"),
    };

    private static double Share(JobAction action)
    {
        var (from, to, at) = (JobDays.TimeOf(action.FromId), JobDays.TimeOf(action.ToId), JobDays.TimeOf(action.NextId));
        return to > from ? Math.Clamp((at - from) / (to - from), 0, 1) : 0;
    }
}

/// <param name="Self">GET reads it; DELETE stops it.</param>
internal sealed record JobActionLinks(string Self);

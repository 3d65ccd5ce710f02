using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Relay;

namespace Pipeline.Api.Jobs;

/// <summary>A job as clients see it.</summary>
[Description("A job. Fields without a value are omitted.")]
internal sealed record JobResource
{
    [Description("UUIDv7: ids sort by creation.")]
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    [Description("The queue of the job.")]
    public required string Queue { get; init; }

    [Description("interactive or bulk.")]
    public required string Priority { get; init; }

    [Description("The batch it belongs to, if any.")]
    public Guid? BatchId { get; init; }

    [Description("Whom its client did it for, as it was sent.")]
    public string? User { get; init; }

    [Description("The job of which it is a repeat with changes, as it was sent; that one may be gone.")]
    public Guid? ResubmittedFrom { get; init; }

    [Description("The model that made the result, where the worker says so.")]
    public string? Model { get; init; }

    [Description("queued, running, succeeded, failed, canceled or expired; the last four are final.")]
    public required string State { get; init; }

    [Description("true if the result is that of an earlier job with the same input.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Cached { get; init; }

    [Description("How many times a worker has started it.")]
    public required int Attempt { get; init; }

    [Description("true if a worker died while it ran this job or jobs beside it. While it waits, it is tried with few others at a time; at the end the job that is to blame is quarantined.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PoisonCandidate { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    [Description("A waiting retry does not start before this time.")]
    public DateTimeOffset? DueAt { get; init; }

    [Description("The job expires unless it has finished by then.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("When its client would like to have the result.")]
    public DateTimeOffset? Deadline { get; init; }

    [Description("Only from GET /api/jobs/{id}, while it waits: whether it will be done by then, from the rate of its queue and what is before it. Absent if that is not known.")]
    public bool? DeadlineLikely { get; init; }

    [Description("Progress, for kinds with steps, such as report.")]
    public JobProgress? Progress { get; init; }

    [Description("Of a queued job that was asked for by its id, and of a running one whose model is not loaded yet: workers, paused, model_loading, fair_share, limit, retry_at or broker.")]
    public string? WaitingFor { get; init; }

    [Description("What waiting_for means here, and what to do.")]
    public string? WaitingDetail { get; init; }

    [Description("Of a queued job, among those of its client: 1 is next, 0 is on its way to a worker. Absent for one that is further back than 1,000 messages.")]
    public int? Position { get; init; }

    [Description("Of a queued job: no more of those that wait in its queue now start before it.")]
    public int? AheadMax { get; init; }

    [Description("When a queued job should start, at the rate of the last minute; absent where nobody can know.")]
    public DateTimeOffset? Eta { get; init; }

    [Description("The client; only where an operator lists the jobs of others.")]
    public string? Client { get; init; }

    [Description("The kind's result; only of succeeded jobs.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public string? Result { get; init; }

    [Description("Why it, or its last attempt, failed.")]
    public JobError? Error { get; init; }

    public required JobLinks Links { get; init; }

    /// <summary>The same, with why it waits.</summary>
    public static JobResource Of(Job job, JobWaiting? waiting) => Of(job) with
    {
        WaitingFor = waiting?.For,
        WaitingDetail = waiting?.Detail,
        Position = waiting?.Position,
        AheadMax = waiting?.AheadMax,
        Eta = waiting?.Eta,
        DeadlineLikely = waiting?.DeadlineLikely,
    };

    public static JobResource Of(Job job) => new()
    {
        Id = job.Id,
        Kind = job.Kind,
        Queue = job.Queue,
        Priority = JobPriorityWords.OfQueue(job.Kind, job.Queue),
        BatchId = job.BatchId,
        User = job.UserId,
        ResubmittedFrom = job.ResubmittedFrom,
        Model = job.Model,
        State = job.State,
        Cached = job.IsCached,
        Attempt = job.Attempt,
        PoisonCandidate = job.Deaths > 0 && !JobState.IsFinal(job.State),
        CreatedAt = job.CreatedAt,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        DueAt = job.DueAt,
        ExpiresAt = job.ExpiresAt,
        Deadline = job.Deadline,
        Progress = job.Steps is { } steps ? new(job.StepsDone ?? 0, steps) : null,
        Result = job.Result,
        Client = job.Client,
        Error = job.ErrorCode is null ? null : new(job.ErrorCode, job.Error ?? ""),
        Links = JobLinks.Of(job.Id, job.State),
    };
}

/// <param name="Done">Steps that are finished, and stay so whatever happens to the worker.</param>
/// <param name="Total">All steps.</param>
internal sealed record JobProgress(int Done, int Total);

/// <param name="Code">Stable, to be compared.</param>
/// <param name="Message">For people.</param>
internal sealed record JobError(string Code, string Message);

/// <param name="Self">GET reads it; DELETE cancels it.</param>
/// <param name="Retry">POST starts it again; only where its state allows that.</param>
internal sealed record JobLinks(string Self, string? Retry)
{
    public static string PathOf(Guid id) => $"/api/jobs/{id}";

    public static JobLinks Of(Guid id, string state) =>
        new(PathOf(id), state is JobState.Failed or JobState.Canceled or JobState.Expired ? $"/api/jobs/{id}/retry" : null);
}

/// <param name="Jobs">In the order of the texts of the request.</param>
internal sealed record JobListResource(IReadOnlyList<JobResource> Jobs);

/// <param name="Jobs">Newest first.</param>
internal sealed record JobPageResource(IReadOnlyList<JobResource> Jobs, PageLinks Links);

/// <param name="Next">The page of older jobs; absent on the last page.</param>
internal sealed record PageLinks(string Self, string? Next);

/// <summary>Writes JSON text that the database holds as it is, without reading it first. PostgreSQL has checked it.</summary>
internal sealed class RawJsonConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Job resources are only written.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}

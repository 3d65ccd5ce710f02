using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>A job as the server gave it.</summary>
public record Job
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    /// <summary>One of <see cref="JobState"/>.</summary>
    public required string State { get; init; }

    public string? Queue { get; init; }

    public string? Priority { get; init; }

    /// <summary>How many times a worker has started it.</summary>
    public int Attempt { get; init; }

    /// <summary>Whether the result is that of an earlier job.</summary>
    public bool Cached { get; init; }

    public Guid? BatchId { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Of kinds with steps.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>Why a queued job waits.</summary>
    public string? WaitingFor { get; init; }

    public string? WaitingDetail { get; init; }

    /// <summary>Why it, or its last attempt, failed.</summary>
    public JobError? Error { get; init; }

    [JsonIgnore]
    public bool IsFinal => JobState.IsFinal(State);

    /// <summary>All that the server said, fields of newer servers included.</summary>
    [JsonIgnore]
    public JsonElement Json { get; init; }

    /// <summary>The result, for a caller that knows the kind; null unless the job succeeded.</summary>
    public TResult? ResultOf<TJob, TResult>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        ReadResult(ResultJson.Of<TJob, TResult>());

    internal static Job Read(JsonElement element) =>
        (element.Deserialize(ClientJson.Default.Job) ?? throw new JsonException("The job is null.")) with { Json = element };

    private protected TResult? ReadResult<TResult>(JsonTypeInfo<TResult> json)
        where TResult : class =>
        State is JobState.Succeeded && Json.TryGetProperty("result", out var result) ? result.Deserialize(json) : null;
}

/// <summary>A job of a kind that the caller knows.</summary>
public sealed record Job<TResult> : Job
    where TResult : class
{
    private readonly JsonTypeInfo<TResult> _json;

    [SetsRequiredMembers]
    internal Job(Job job, JsonTypeInfo<TResult> json)
        : base(job)
    {
        _json = json;
        Result = ReadResult(json);
    }

    /// <summary>Null unless the job succeeded.</summary>
    public TResult? Result { get; }

    /// <exception cref="JobFailedException">There is none.</exception>
    public TResult GetResult() => Result ?? throw new JobFailedException(this);

    internal Job<TResult> With(Job later) => new(later, _json);
}

/// <param name="Done">Steps that are finished.</param>
/// <param name="Total">All steps.</param>
public sealed record JobProgress(int Done, int Total);

/// <param name="Code">Stable, to be compared.</param>
/// <param name="Message">For people.</param>
public sealed record JobError(string Code, string Message);

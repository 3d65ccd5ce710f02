using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>A batch as the server gave it.</summary>
public sealed record Batch
{
    private const string Finished = "finished";

    public required Guid Id { get; init; }

    public required int Items { get; init; }

    /// <summary>queued, running or finished.</summary>
    public string? State { get; init; }

    /// <summary>Its jobs by state.</summary>
    public IReadOnlyDictionary<string, int>? Counts { get; init; }

    /// <summary>Share of its jobs that are final, 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Jobs that became final per minute, over the last minute.</summary>
    public double? FinishedPerMinute { get; init; }

    public double? EtaSeconds { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    [JsonIgnore]
    public bool IsFinished => State is Finished;

    internal static Batch Read(JsonElement element) => element.Deserialize(ClientJson.Default.Batch) ?? throw new JsonException("The batch is null.");
}

/// <summary>A final job of a batch.</summary>
public sealed record BatchResult
{
    /// <summary>Where to go on after this one.</summary>
    public required string Cursor { get; init; }

    /// <summary>The item's place in the batch, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The name that the item was given.</summary>
    public string? Key { get; init; }

    /// <summary>One of the final <see cref="JobState"/>.</summary>
    public required string State { get; init; }

    /// <summary>The job.</summary>
    public Guid? Id { get; init; }

    public int Attempt { get; init; }

    public JobError? Error { get; init; }

    /// <summary>The line as the server wrote it.</summary>
    [JsonIgnore]
    public JsonElement Json { get; init; }

    /// <summary>The result as JSON; null unless the job succeeded.</summary>
    [JsonIgnore]
    public JsonElement? Result => Json.TryGetProperty("result", out var result) ? result : null;

    /// <summary>The result, for a caller that knows the kind; null unless the job succeeded.</summary>
    public TResult? ResultOf<TJob, TResult>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        State is JobState.Succeeded ? Result?.Deserialize(ResultJson.Of<TJob, TResult>()) : null;

    internal static BatchResult Read(JsonElement element) =>
        (element.Deserialize(ClientJson.Default.BatchResult) ?? throw new JsonException("A line is null.")) with { Json = element };
}

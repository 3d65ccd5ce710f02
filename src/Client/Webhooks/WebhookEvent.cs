using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Client.Webhooks;

/// <summary>What a webhook tells.</summary>
public sealed record WebhookEvent
{
    private const string JobPrefix = "job.";

    /// <summary>job.succeeded, job.failed, job.canceled, job.expired or batch.finished.</summary>
    public required string Type { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The job or batch as JSON.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>The same in every attempt and replay: remember those that were processed.</summary>
    [JsonIgnore]
    public string? Id { get; init; }

    /// <summary>The job; null where the event is of a batch.</summary>
    [JsonIgnore]
    public Job? Job => Type.StartsWith(JobPrefix, StringComparison.Ordinal) ? Client.Job.Read(Data) : null;

    /// <summary>The batch; null where the event is of a job.</summary>
    [JsonIgnore]
    public Batch? Batch => Type is "batch.finished" ? Client.Batch.Read(Data) : null;

    /// <summary>Whether the result was too long for a webhook: read the job for it.</summary>
    [JsonIgnore]
    public bool ResultOmitted => Data.TryGetProperty("result_omitted", out var omitted) && omitted.ValueKind is JsonValueKind.True;
}

using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Core.FileBatches;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>A batch as OpenAI's clients read it.</summary>
internal sealed record FileBatchResource
{
    [Description("batch_ and a UUIDv7: what /api/batches has of the same batch has the same UUID.")]
    public required string Id { get; init; }

    public string Object { get; } = "batch";

    public required string Endpoint { get; init; }

    [Description("Why it failed as a whole; null otherwise. Single lines are in the error file.")]
    public required FileBatchErrors? Errors { get; init; }

    public required string InputFileId { get; init; }

    public required string CompletionWindow { get; init; }

    [Description("validating, failed, in_progress, finalizing, completed, expired, cancelling or cancelled.")]
    public required string Status { get; init; }

    [Description("The answers, once it has ended and if there are any.")]
    public required string? OutputFileId { get; init; }

    [Description("The lines without an answer, once it has ended and if there are any.")]
    public required string? ErrorFileId { get; init; }

    [Description("Unix time in seconds, as all times below /v1.")]
    public required long CreatedAt { get; init; }

    public required long? InProgressAt { get; init; }

    [Description("created_at and the completion_window: lines that are not done by then expire.")]
    public required long ExpiresAt { get; init; }

    public required long? FinalizingAt { get; init; }

    public required long? CompletedAt { get; init; }

    public required long? FailedAt { get; init; }

    public required long? ExpiredAt { get; init; }

    public required long? CancellingAt { get; init; }

    public required long? CancelledAt { get; init; }

    [Description("Since when you hold back what has not been sent to a worker.")]
    public required long? PausedAt { get; init; }

    public required FileBatchCounts RequestCounts { get; init; }

    public required JsonElement? Metadata { get; init; }

    public static FileBatchResource Of(FileBatch batch) => new()
    {
        Id = OpenAiIds.Of(OpenAiIds.Batch, batch.Id),
        Endpoint = batch.Endpoint,
        Errors = batch.ErrorCode is { } code ? new([new(code, batch.ErrorLine, batch.Error ?? "", null)]) : null,
        InputFileId = OpenAiIds.Of(OpenAiIds.File, batch.InputFileId),
        CompletionWindow = batch.CompletionWindow,
        Status = batch.State,
        OutputFileId = OpenAiIds.Of(OpenAiIds.File, batch.OutputFileId),
        ErrorFileId = OpenAiIds.Of(OpenAiIds.File, batch.ErrorFileId),
        CreatedAt = batch.CreatedAt.ToUnixTimeSeconds(),
        InProgressAt = batch.InProgressAt?.ToUnixTimeSeconds(),
        ExpiresAt = batch.ExpiresAt.ToUnixTimeSeconds(),
        FinalizingAt = batch.FinalizingAt?.ToUnixTimeSeconds(),
        CompletedAt = batch.CompletedAt?.ToUnixTimeSeconds(),
        FailedAt = batch.FailedAt?.ToUnixTimeSeconds(),
        ExpiredAt = batch.ExpiredAt?.ToUnixTimeSeconds(),
        CancellingAt = batch.CancellingAt?.ToUnixTimeSeconds(),
        CancelledAt = batch.CancelledAt?.ToUnixTimeSeconds(),
        PausedAt = batch.PausedAt?.ToUnixTimeSeconds(),
        RequestCounts = new(batch.Lines, batch.Completed, batch.Failed),
        Metadata = batch.Metadata is { } metadata ? JsonElement.Parse(metadata) : null,
    };
}

/// <param name="Total">Lines; 0 until they are checked.</param>
/// <param name="Completed">With an answer.</param>
/// <param name="Failed">That ended without one.</param>
internal sealed record FileBatchCounts(int Total, int Completed, int Failed);

internal sealed record FileBatchErrors(IReadOnlyList<FileBatchError> Data)
{
    public string Object { get; } = "list";
}

/// <param name="Line">From 1; null where it is no single line.</param>
internal sealed record FileBatchError(string Code, int? Line, string Message, string? Param);

/// <param name="Data">Newest first.</param>
internal sealed record FileBatchPage(IReadOnlyList<FileBatchResource> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object { get; } = "list";

    public static FileBatchPage Of(IReadOnlyList<FileBatch> found, int limit)
    {
        List<FileBatchResource> page = [.. found.Take(limit).Select(FileBatchResource.Of)];
        return new(page, page.FirstOrDefault()?.Id, page.LastOrDefault()?.Id, found.Count > limit);
    }
}

/// <summary>The body of <c>POST /v1/batches</c>, for readers of the document; <see cref="FileBatchDraft"/> reads it.</summary>
internal sealed record FileBatchRequest
{
    [Description("A file with the purpose batch: one request a line, {\"custom_id\",\"method\":\"POST\",\"url\",\"body\"}.")]
    public required string InputFileId { get; init; }

    [Description("The path that every line asks: /v1/chat/completions, /v1/responses, /v1/embeddings, or the path of a kind such as /api/emotion.")]
    public required string Endpoint { get; init; }

    [Description("1m to 7d (Api:BatchWindowMax), such as 24h: the deadline of every line; what is not done by then expires.")]
    public required string CompletionWindow { get; init; }

    [Description("Up to 16 texts of up to 512 characters by names of up to 64.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    [Description("When the files that it leaves are deleted; default Files:Lifetime (30 days).")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FileExpiry? OutputExpiresAfter { get; init; }

    [Description("URL for a signed webhook when it has ended: batch.completed, batch.failed, batch.expired or batch.cancelled; requires POST /api/webhooks/secrets first.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallbackUrl { get; init; }
}

/// <param name="Anchor">created_at.</param>
/// <param name="Seconds">3,600 to Files:Lifetime (30 days).</param>
internal sealed record FileExpiry(string Anchor, int Seconds);

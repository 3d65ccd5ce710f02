using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Cli.Wire;

/// <summary>Unknown fields are skipped: the API grows by addition, and an older program must still read it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EmotionRequest))]
[JsonSerializable(typeof(JobReply))]
[JsonSerializable(typeof(ProblemReply))]
[JsonSerializable(typeof(BatchReply))]
[JsonSerializable(typeof(BatchLine))]
[JsonSerializable(typeof(BatchItem))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>How one try of a request ended. A refusal that no retry can mend is a <see cref="CommandException"/>.</summary>
internal abstract record Attempt
{
    private Attempt()
    {
    }

    /// <summary>With a body that is what was asked for.</summary>
    internal sealed record Answered(string Body) : Attempt;

    /// <summary>The queue is full: not a failure, but pressure to slow down.</summary>
    internal sealed record Busy(TimeSpan? RetryAfter, string Reason) : Attempt;

    /// <summary>The connection broke or the service is away for a moment; whether the request was accepted is unknown.</summary>
    internal sealed record Broken(TimeSpan? RetryAfter, string Reason) : Attempt;
}

/// <summary>Body of <c>POST /api/emotion</c>: one text or several.</summary>
internal sealed record EmotionRequest
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; private init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Texts { get; private init; }

    /// <summary><c>bulk</c>, or null for the interactive queue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Priority { get; private init; }

    public static EmotionRequest Of(IReadOnlyList<string> texts, string? priority) =>
        texts is [var text] ? new() { Text = text, Priority = priority } : new() { Texts = texts, Priority = priority };
}

/// <summary>A job read, and the JSON it was read from.</summary>
internal sealed record JobDocument(JobReply Job, string Json)
{
    /// <summary>The one job of a body, or its <c>jobs</c> in the order of the texts.</summary>
    /// <exception cref="JsonException">It is neither.</exception>
    public static IReadOnlyList<JobDocument> ReadAll(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("jobs", out var jobs)
            ? [.. jobs.EnumerateArray().Select(Read)]
            : [Read(document.RootElement)];
    }

    private static JobDocument Read(JsonElement element) => new(
        element.Deserialize(WireJson.Default.JobReply) ?? throw new JsonException("The job is null."),
        element.GetRawText());
}

/// <summary>A job of kind <c>emotion</c> as the API gives it; fields that this program does not read are left out.</summary>
internal sealed record JobReply
{
    public required Guid Id { get; init; }

    public required string State { get; init; }

    public EmotionResult? Result { get; init; }

    public JobError? Error { get; init; }

    /// <summary>The answer that succeeded, or null.</summary>
    public EmotionResult? Answer => State is JobState.Succeeded ? Result : null;

    /// <summary>Why there is no answer, in words.</summary>
    public string Failure => Error is { } error ? $"{State}: {error.Message} ({error.Code})" : $"{State} without a reason";
}

internal sealed record JobError(string Code, string Message);

/// <summary>A batch as the API gives it; fields that this program does not read are left out.</summary>
internal sealed record BatchReply
{
    public required Guid Id { get; init; }

    public required int Items { get; init; }
}

/// <summary>What this program reads of a line of results; the rest of it is handed on as it came.</summary>
internal sealed record BatchLine
{
    public required string Cursor { get; init; }

    public required string State { get; init; }

    /// <summary>The name that this program gave the item; absent where it gave none.</summary>
    public string? Key { get; init; }

    public JsonElement? Result { get; init; }

    public JobError? Error { get; init; }
}

/// <summary>An item of a batch.</summary>
internal sealed record BatchItem(string Kind, JsonElement Input, string Key);

using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>An answer as OpenAI's clients read it.</summary>
internal sealed record ResponseResource
{
    private static readonly JsonElement NoTools = JsonElement.Parse("[]");
    private static readonly JsonElement Auto = JsonElement.Parse("\"auto\"");
    private static readonly JsonElement PlainText = JsonElement.Parse("""{"format":{"type":"text"}}""");
    private static readonly JsonElement NoMetadata = JsonElement.Parse("{}");

    [Description("resp_ and the job's id.")]
    public required string Id { get; init; }

    public string Object { get; } = "response";

    [Description("Unix time in seconds.")]
    public required long CreatedAt { get; init; }

    [Description("queued, in_progress, completed, incomplete, failed or cancelled.")]
    public required string Status { get; init; }

    public bool Background { get; init; }

    public ResponseError? Error { get; init; }

    public ResponseIncomplete? IncompleteDetails { get; init; }

    public string? Instructions { get; init; }

    public int? MaxOutputTokens { get; init; }

    public required string Model { get; init; }

    public required IReadOnlyList<ResponseOutput> Output { get; init; }

    public bool ParallelToolCalls { get; init; }

    public string? PreviousResponseId { get; init; }

    public bool Store { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public required JsonElement Text { get; init; }

    public required JsonElement ToolChoice { get; init; }

    public required JsonElement Tools { get; init; }

    public required string Truncation { get; init; }

    public ResponseUsage? Usage { get; init; }

    public required JsonElement Metadata { get; init; }

    public static string IdOf(Guid jobId) => OpenAiIds.Of(OpenAiIds.Response, jobId);

    public static ResponseResource Of(Job job, ResponseForm form) => Of(
        job.Id, job.CreatedAt.ToUnixTimeSeconds(), form, job.State, job.Result, job.ErrorCode, job.Error);

    /// <param name="state">A value of <see cref="JobState"/>.</param>
    public static ResponseResource Of(Guid id, long created, ResponseForm form, string state, string? result, string? errorCode, string? error)
    {
        var chat = state is JobState.Succeeded && result is not null ? JsonSerializer.Deserialize(result, CompleteChat.ResultJson) : null;
        var isCut = chat?.FinishReason is FinishReasons.Length;
        return new()
        {
            Id = IdOf(id),
            CreatedAt = created,
            Status = state switch
            {
                JobState.Queued => "queued",
                JobState.Running => "in_progress",
                JobState.Succeeded => isCut ? "incomplete" : "completed",
                JobState.Canceled => "cancelled",
                _ => "failed",
            },
            Background = form.Background,
            Error = state switch
            {
                JobState.Failed => new(errorCode is JobErrorCode.Rejected or JobErrorCode.ContextLengthExceeded ? "invalid_prompt" : "server_error", error ?? "The job failed."),
                JobState.Expired => new("server_error", "The job expired before it had an answer."),
                _ => null,
            },
            IncompleteDetails = isCut ? new("max_output_tokens") : null,
            Instructions = form.Instructions,
            MaxOutputTokens = form.MaxOutputTokens,
            Model = form.Model,
            Output = chat is null ? [] : ResponseOutput.Of(id, chat),
            ParallelToolCalls = form.ParallelToolCalls ?? true,
            PreviousResponseId = form.PreviousResponseId,
            Store = form.Store,
            Temperature = form.Temperature,
            TopP = form.TopP,
            Text = form.Text ?? PlainText,
            ToolChoice = form.ToolChoice ?? Auto,
            Tools = form.Tools ?? NoTools,
            Truncation = form.Truncation ?? "disabled",
            Usage = chat is null ? null : ResponseUsage.Of(chat.Usage),
            Metadata = form.Metadata ?? NoMetadata,
        };
    }
}

internal sealed record ResponseError(string Code, string Message);

internal sealed record ResponseIncomplete(string Reason);

internal sealed record ResponseUsage(
    int InputTokens, ResponseInputDetails InputTokensDetails, int OutputTokens, ResponseOutputDetails OutputTokensDetails, int TotalTokens)
{
    public static ResponseUsage Of(TokenUsage usage) => new(usage.PromptTokens, new(usage.CachedTokens), usage.CompletionTokens, new(0), usage.TotalTokens);
}

internal sealed record ResponseInputDetails(int CachedTokens);

internal sealed record ResponseOutputDetails(int ReasoningTokens);

/// <summary>A message, or a function that the client is asked to call.</summary>
internal sealed record ResponseOutput
{
    public required string Id { get; init; }

    [Description("message or function_call.")]
    public required string Type { get; init; }

    public required string Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ResponsePart>? Content { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CallId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Arguments { get; init; }

    public static IReadOnlyList<ResponseOutput> Of(Guid id, ChatResult chat) =>
    [
        .. chat.Content.Length > 0 || chat.ToolCalls is null ? [Message(id, chat.Content, chat.FinishReason is FinishReasons.Length ? "incomplete" : "completed")] : Array.Empty<ResponseOutput>(),
        .. (chat.ToolCalls ?? []).Select((call, index) => Call(id, index, call, "completed")),
    ];

    public static string MessageId(Guid id) => OpenAiIds.Of(OpenAiIds.Message, id);

    public static ResponseOutput Message(Guid id, string? text, string status) => new()
    {
        Id = MessageId(id),
        Type = "message",
        Status = status,
        Role = PromptRoles.Assistant,
        Content = text is null ? [] : [new(text)],
    };

    public static ResponseOutput Call(Guid id, int index, ToolCall call, string status) => new()
    {
        Id = $"{OpenAiIds.FunctionCall}{id}_{index}",
        Type = "function_call",
        Status = status,
        CallId = call.Id,
        Name = call.Name,
        Arguments = call.Arguments,
    };
}

internal sealed record ResponsePart(string Text)
{
    public string Type { get; } = "output_text";

    public IReadOnlyList<JsonElement> Annotations { get; } = [];

    public IReadOnlyList<JsonElement> Logprobs { get; } = [];
}

internal sealed record ResponseDeleted(string Id)
{
    public string Object { get; } = "response";

    public bool Deleted { get; } = true;
}

/// <param name="Data">As they were sent.</param>
internal sealed record ResponseInputPage(IReadOnlyList<JsonElement> Data)
{
    public string Object { get; } = "list";

    public string? FirstId { get; }

    public string? LastId { get; }

    public bool HasMore { get; }
}

using System.Text.Json.Serialization;

namespace Pipeline.Api.OpenAi;

/// <summary>An answer of <c>POST /v1/completions</c>, or a piece of a streamed one.</summary>
internal sealed record PlainCompletion(string Id, long Created, string Model, IReadOnlyList<PlainChoice> Choices)
{
    public string Object { get; } = "text_completion";

    /// <summary>The model file or server that answered.</summary>
    public string? SystemFingerprint { get; init; }

    public CompletionUsage? Usage { get; init; }

    public static PlainCompletion Of(CompletionChunk chunk) => new(
        PlainEndpoint.IdOf(chunk.Id),
        chunk.Created,
        chunk.Model,
        [.. chunk.Choices.Select(choice => new PlainChoice(choice.Index, choice.Delta.Content ?? "", choice.FinishReason))])
    {
        SystemFingerprint = chunk.SystemFingerprint,
        Usage = chunk.Usage,
    };
}

internal sealed record PlainChoice(int Index, string Text, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? FinishReason)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public CompletionLogprobs? Logprobs { get; init; }
}

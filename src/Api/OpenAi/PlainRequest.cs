using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary>The body of <c>POST /v1/completions</c>.</summary>
internal sealed record PlainRequest : SampledRequest
{
    [Description("A text, or an array of one.")]
    public required JsonElement Prompt { get; init; }

    [Description("Most tokens of the answer; more than Input:OutputTokensMax (4,096) is cut to that.")]
    public int? MaxTokens { get; init; }

    [Description(UserTag.Description)]
    public string? User { get; init; }

    /// <summary>The same as messages.</summary>
    /// <param name="prompt">The one text.</param>
    public CompletionRequest ToChat(string prompt) => new()
    {
        Model = Model,
        Messages = [new() { Role = "user", Content = JsonSerializer.SerializeToElement(prompt, OpenAiJson.Default.String) }],
        Temperature = Temperature,
        TopP = TopP,
        Seed = Seed,
        Stop = Stop,
        PresencePenalty = PresencePenalty,
        FrequencyPenalty = FrequencyPenalty,
        MaxTokens = MaxTokens,
        Stream = Stream,
        StreamOptions = StreamOptions,
        N = N,
    };
}

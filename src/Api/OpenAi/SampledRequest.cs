using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Api.OpenAi;

/// <summary>What chats and the older completions say alike.</summary>
internal abstract record SampledRequest
{
    // First in the document, where readers look for it.
    [JsonPropertyOrder(-1)]
    [Description("A name from GET /v1/models, such as chat.")]
    public required string Model { get; init; }

    [Description("Randomness, 0 to 2; default Kinds:Chat:Temperature (0.7).")]
    public double? Temperature { get; init; }

    [Description("Draws among the most probable tokens that together have this probability, 0 to 1.")]
    public double? TopP { get; init; }

    [Description("The same seed and the same request give the same answer on the same machine.")]
    public long? Seed { get; init; }

    [Description("A text, or up to 4, that end the answer and are not part of it.")]
    public JsonElement? Stop { get; init; }

    [Description("-2 to 2: makes tokens that occurred less probable.")]
    public double? PresencePenalty { get; init; }

    [Description("-2 to 2: makes tokens that occurred often less probable.")]
    public double? FrequencyPenalty { get; init; }

    [Description("Whether the answer comes piece by piece as server-sent events.")]
    public bool? Stream { get; init; }

    public CompletionStreamOptions? StreamOptions { get; init; }

    [Description("1: one answer.")]
    public int? N { get; init; }
}

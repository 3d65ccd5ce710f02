using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Pipeline.TestSupport.Inference.Servers;

/// <summary>A chat completion as it was asked for.</summary>
internal sealed record OpenAiRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public required ChatOptions Options { get; init; }

    public required bool Stream { get; init; }

    public required bool StreamUsage { get; init; }

    /// <summary>Null where no log-probabilities are wanted.</summary>
    public required int? TopLogProbabilities { get; init; }

    public static OpenAiRequest Read(JsonElement body) => new()
    {
        Model = body.GetProperty("model").GetString()!,
        Messages = [.. body.GetProperty("messages").EnumerateArray().Select(Message)],
        Options = new()
        {
            Temperature = Find(body, "temperature")?.GetSingle(),
            TopP = Find(body, "top_p")?.GetSingle(),
            TopK = Find(body, "top_k")?.GetInt32(),
            MaxOutputTokens = (Find(body, "max_completion_tokens") ?? Find(body, "max_tokens"))?.GetInt32(),
            Seed = Find(body, "seed")?.GetInt64(),
            FrequencyPenalty = Find(body, "frequency_penalty")?.GetSingle(),
            PresencePenalty = Find(body, "presence_penalty")?.GetSingle(),
            StopSequences = Stops(Find(body, "stop")),
            ResponseFormat = Format(Find(body, "response_format")),
            Reasoning = Find(body, "chat_template_kwargs") is { } kwargs && Find(kwargs, "enable_thinking") is { ValueKind: JsonValueKind.False }
                ? new() { Effort = ReasoningEffort.None }
                : null,
            AdditionalProperties = Numbers(body, "min_p", "repeat_penalty"),
        },
        Stream = Find(body, "stream")?.GetBoolean() ?? false,
        StreamUsage = Find(body, "stream_options") is { } stream && (Find(stream, "include_usage")?.GetBoolean() ?? false),
        TopLogProbabilities = Find(body, "logprobs") is { ValueKind: JsonValueKind.True } ? Find(body, "top_logprobs")?.GetInt32() ?? 0 : null,
    };

    private static ChatMessage Message(JsonElement message)
    {
        JsonElement content = message.GetProperty("content");
        string text = content.ValueKind is JsonValueKind.Array
            ? string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()))
            : content.GetString() ?? "";
        return new(new ChatRole(message.GetProperty("role").GetString()!), text);
    }

    private static IList<string>? Stops(JsonElement? stop) => stop switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } several => [.. several.EnumerateArray().Select(text => text.GetString()!)],
        _ => null,
    };

    private static ChatResponseFormat? Format(JsonElement? format) => format?.GetProperty("type").GetString() switch
    {
        "json_schema" => ChatResponseFormat.ForJsonSchema(
            format.Value.GetProperty("json_schema").GetProperty("schema"), format.Value.GetProperty("json_schema").GetProperty("name").GetString()),
        "json_object" => ChatResponseFormat.Json,
        "text" => ChatResponseFormat.Text,
        _ => null,
    };

    private static AdditionalPropertiesDictionary? Numbers(JsonElement body, params string[] names)
    {
        AdditionalPropertiesDictionary properties = [];
        foreach (string name in names)
        {
            if (Find(body, name) is { } value)
            {
                properties[name] = value.GetDouble();
            }
        }

        return properties.Count > 0 ? properties : null;
    }

    private static JsonElement? Find(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind is not JsonValueKind.Null ? value : null;
}

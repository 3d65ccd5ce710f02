using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>What a line wants of its answer beside the result, as <c>jobs.answer_form</c> keeps it.</summary>
/// <param name="Model">The name by which it asked for its model.</param>
/// <param name="EncodingFormat">Of vectors.</param>
internal sealed record AnswerForm(string Model, string? EncodingFormat)
{
    [JsonIgnore]
    public bool IsBase64 => EncodingFormat is "base64";

    /// <summary>Null for paths that are not OpenAI's.</summary>
    /// <param name="body">Of a request that is right.</param>
    public static string? Write(string endpoint, JsonElement body) => endpoint is LineEndpoints.Chat or LineEndpoints.Embeddings
        ? JsonSerializer.Serialize(new(Text(body, "model")!, Text(body, "encoding_format")), AnswerFormJson.Default.AnswerForm)
        : null;

    public static AnswerForm Read(string form) => JsonSerializer.Deserialize(form, AnswerFormJson.Default.AnswerForm)!;

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AnswerForm))]
internal sealed partial class AnswerFormJson : JsonSerializerContext;

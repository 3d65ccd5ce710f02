using System.Text.Json;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>What a line wants of its answer beside the result, as <c>jobs.answer_form</c> keeps it.</summary>
internal static class AnswerForm
{
    /// <summary>Vectors as base64.</summary>
    public const string Base64 = "base64";

    /// <summary>Null for the usual form.</summary>
    /// <param name="body">Of a request that is right.</param>
    public static string? Of(string endpoint, JsonElement body) =>
        endpoint is LineEndpoints.Embeddings && body.TryGetProperty("encoding_format", out var format) && format.ValueKind is JsonValueKind.String && format.ValueEquals(Base64)
            ? Base64
            : null;
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>How an answer was asked for, as <c>jobs.answer_form</c> keeps it: what the answer repeats. Webhooks know it by how it begins.</summary>
internal sealed record ResponseForm
{
    [JsonPropertyOrder(-1)]
    public string Object { get; } = "response";

    public required string Model { get; init; }

    public string? Instructions { get; init; }

    public int? MaxOutputTokens { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public JsonElement? Text { get; init; }

    public JsonElement? Tools { get; init; }

    public JsonElement? ToolChoice { get; init; }

    public bool? ParallelToolCalls { get; init; }

    public bool Background { get; init; }

    public bool Store { get; init; }

    public string? PreviousResponseId { get; init; }

    public JsonElement? Metadata { get; init; }

    public string? Truncation { get; init; }

    public static ResponseForm Of(ResponseRequest request) => new()
    {
        Model = request.Model,
        Instructions = request.Instructions,
        MaxOutputTokens = request.MaxOutputTokens,
        Temperature = request.Temperature,
        TopP = request.TopP,
        Text = request.Text,
        Tools = request.Tools,
        ToolChoice = request.ToolChoice,
        ParallelToolCalls = request.ParallelToolCalls,
        Background = request.Background is true,
        Store = request.Store is not false,
        PreviousResponseId = request.PreviousResponseId,
        Metadata = request.Metadata,
        Truncation = request.Truncation,
    };

    public static ResponseForm Read(string form) => JsonSerializer.Deserialize(form, ResponsesJson.Default.ResponseForm)!;

    public string Write() => JsonSerializer.Serialize(this, ResponsesJson.Default.ResponseForm);
}

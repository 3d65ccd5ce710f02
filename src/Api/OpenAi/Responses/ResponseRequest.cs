using System.ComponentModel;
using System.Text.Json;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>The body of <c>POST /v1/responses</c>, as far as a local model can do it. <see cref="ResponseFields"/> decides about all other fields.</summary>
internal sealed record ResponseRequest
{
    [Description("A name from GET /v1/models, such as chat.")]
    public required string Model { get; init; }

    [Description("A text, or items: messages with text, function calls and their outputs.")]
    public required JsonElement Input { get; init; }

    [Description("A system message, of this answer alone.")]
    public string? Instructions { get; init; }

    [Description("Most tokens of the answer; more than Input:OutputTokensMax (4,096) is cut to that.")]
    public int? MaxOutputTokens { get; init; }

    [Description("Randomness, 0 to 2; default Kinds:Chat:Temperature (0.7).")]
    public double? Temperature { get; init; }

    [Description("Draws among the most probable tokens that together have this probability, 0 to 1.")]
    public double? TopP { get; init; }

    [Description("format: text, json_object, or json_schema with the schema that the answer follows always.")]
    public JsonElement? Text { get; init; }

    [Description("Functions that the model may ask the client to call.")]
    public JsonElement? Tools { get; init; }

    [Description("auto, none, required, or an object that names a function.")]
    public JsonElement? ToolChoice { get; init; }

    [Description("Whether one answer may have several calls; default true.")]
    public bool? ParallelToolCalls { get; init; }

    [Description("Whether the answer comes piece by piece as server-sent events with names.")]
    public bool? Stream { get; init; }

    [Description("Answers at once; GET /v1/responses/{id} has the answer later.")]
    public bool? Background { get; init; }

    [Description("false keeps nothing to go on from; default true.")]
    public bool? Store { get; init; }

    [Description("Goes on from this answer: what was said up to it need not be sent again.")]
    public string? PreviousResponseId { get; init; }

    [Description("Returned as it is.")]
    public JsonElement? Metadata { get; init; }

    [Description("disabled (default): a conversation that does not fit is refused; auto: its oldest messages are dropped.")]
    public string? Truncation { get; init; }
}

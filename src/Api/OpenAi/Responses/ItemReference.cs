using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>An item of a stored answer that a client names instead of sending it again: what was said, or one call.</summary>
/// <param name="CallIndex">Null: the message.</param>
internal readonly record struct ItemReference(Guid ResponseId, int? CallIndex)
{
    public const string Type = "item_reference";

    /// <summary>Null where no answer here has an item of that name.</summary>
    public static ItemReference? Parse(string id)
    {
        if (OpenAiIds.Parse(OpenAiIds.Message, id) is { } response)
        {
            return new(response, null);
        }

        return id.LastIndexOf('_') is > 0 and var end && OpenAiIds.Parse(OpenAiIds.FunctionCall, id[..end]) is { } caller
            && int.TryParse(id.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new(caller, index)
            : null;
    }

    /// <summary>The id that an item consists of; null where it is no reference. Its type may be left out.</summary>
    public static string? IdOf(JsonElement item) =>
        item.ValueKind is JsonValueKind.Object && TypeOf(item) is Type or null && !item.TryGetProperty("role", out _)
        && item.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String
            ? id.GetString()
            : null;

    /// <summary>The answers that an input refers to.</summary>
    public static IEnumerable<Guid> ResponsesOf(JsonElement input) =>
        input.ValueKind is not JsonValueKind.Array ? [] : input.EnumerateArray()
            .Select(item => IdOf(item) is { } id ? Parse(id)?.ResponseId : null).OfType<Guid>();

    /// <summary>Null where that answer has no such item.</summary>
    public ChatResult? ItemOf(ChatResult answer) => this switch
    {
        { CallIndex: null } => answer with { ToolCalls = null },
        { CallIndex: { } index } when answer.ToolCalls is { } calls && index < calls.Count => answer with { Content = "", ToolCalls = [calls[index]] },
        _ => null,
    };

    private static string? TypeOf(JsonElement item) => item.TryGetProperty("type", out var type) ? type.ToString() : null;
}

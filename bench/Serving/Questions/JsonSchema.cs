using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>A verdict whose texts have bounds, so that an answer ends by itself.</summary>
internal static class JsonSchema
{
    private const int ReasonCharacters = 120;

    /// <summary>As our engine takes it.</summary>
    public static ChatResponseFormatJson Format { get; } = ChatResponseFormat.ForJsonSchema(JsonElement.Parse(Create().ToJsonString()), "verdict");

    /// <summary>As OpenAI's clients send it.</summary>
    public static JsonObject Create() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["emotion"] = new JsonObject { ["enum"] = new JsonArray("joy", "sadness", "anger", "fear", "neutral") },
            ["is_certain"] = new JsonObject { ["type"] = "boolean" },
            ["reason"] = new JsonObject { ["type"] = "string", ["minLength"] = ReasonCharacters, ["maxLength"] = ReasonCharacters },
        },
        ["required"] = new JsonArray("emotion", "is_certain", "reason"),
        ["additionalProperties"] = false,
    };
}

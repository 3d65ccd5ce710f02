using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Pipeline.Bench.Engine;

/// <summary>The JSON answer that generation gives where scoring gives a label: the label, and words that reach the limit of tokens.</summary>
internal static class AnswerSchema
{
    /// <summary>As our chat client takes it.</summary>
    public static ChatResponseFormatJson Format { get; } = ChatResponseFormat.ForJsonSchema(JsonElement.Parse(Create().ToJsonString()), "emotion");

    /// <summary>As the peer takes it.</summary>
    public static JsonObject Create() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["emotion"] = new JsonObject { ["enum"] = new JsonArray([.. Workload.Labels.Select(label => JsonValue.Create(label))]) },
            ["reason"] = new JsonObject { ["type"] = "string" },
        },
        ["required"] = new JsonArray("emotion", "reason"),
    };
}

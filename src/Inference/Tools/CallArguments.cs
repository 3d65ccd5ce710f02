using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Tools;

/// <summary>Arguments as compact JSON, which is how models and clients have them.</summary>
public static class CallArguments
{
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    public static string TextOf(FunctionCallContent call) =>
        JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), (JsonTypeInfo<IDictionary<string, object?>>)Compact.GetTypeInfo(typeof(IDictionary<string, object?>)));

    /// <summary>A text as JSON has it.</summary>
    internal static string Quote(string text) => JsonSerializer.Serialize(text, (JsonTypeInfo<string>)Compact.GetTypeInfo(typeof(string)));
}

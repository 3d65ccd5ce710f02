using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A chat's answer without the job around it.</summary>
public sealed record ChatView([property: Description("What the model said.")] string Content, TokenUsage Usage);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatView))]
internal sealed partial class ChatViewJson : JsonSerializerContext
{
    // Not an initializer: the order of those is undefined across the parts of a partial class.
    public static ChatViewJson Unescaped => field ??= new(ContractJson.Unescaped(Default.Options));
}

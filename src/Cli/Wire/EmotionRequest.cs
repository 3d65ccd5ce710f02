using System.Text.Json.Serialization;

namespace Pipeline.Cli.Wire;

/// <summary>Body of <c>POST /api/emotion</c>: one text or several.</summary>
internal sealed record EmotionRequest
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; private init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Texts { get; private init; }

    /// <summary><c>bulk</c>, or null for the interactive queue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Priority { get; private init; }

    public static EmotionRequest Of(IReadOnlyList<string> texts, string? priority) =>
        texts is [var text] ? new() { Text = text, Priority = priority } : new() { Texts = texts, Priority = priority };
}

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Examples.Translate;

/// <summary>The form that the model fills in: so it cannot say "Sure, here is your translation" before it.</summary>
public sealed record TranslateFields : IAnswerFields
{
    public required string Translation { get; init; }

    [JsonIgnore]
    public bool IsValid => Translation.Length > 0;

    public static JsonObject Schema(AnswerSchema schema) => AnswerSchema.Form(("translation", schema.Text()));
}

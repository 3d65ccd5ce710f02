using System.Text.Json;

namespace Pipeline.Contracts;

/// <param name="Field">Where the schema stands in the input.</param>
public readonly record struct AnswerPart(string Field, JsonElement Schema);

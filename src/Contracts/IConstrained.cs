using System.Text.Json;

namespace Pipeline.Contracts;

/// <summary>An input whose answer has to follow a schema that the client sent; the API compiles it before it accepts the job.</summary>
public interface IConstrained
{
    /// <summary>The JSON schema, in the field <c>schema</c>; null: the answer is text.</summary>
    JsonElement? Schema { get; }

    /// <summary>All schemas that the answer follows, with their fields.</summary>
    IReadOnlyList<AnswerPart> Parts => Schema is { } schema ? [new("schema", schema)] : [];
}

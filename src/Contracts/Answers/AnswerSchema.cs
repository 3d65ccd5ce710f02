using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Contracts;

/// <summary>JSON schemas of answers: the engine lets the model write nothing else.</summary>
/// <param name="textLengthMax">Most characters of each text; null where the model knows when to stop.</param>
public sealed class AnswerSchema(int? textLengthMax)
{
    public const int ScoreMax = 10;

    public JsonObject Text()
    {
        JsonObject schema = new() { ["type"] = "string", ["minLength"] = 1 };
        if (textLengthMax is { } length)
        {
            schema["maxLength"] = length;
        }

        return schema;
    }

    /// <param name="most">Of a model that cannot write, one is enough.</param>
    public JsonObject Texts(int most) => List(Text(), least: 1, most);

    /// <param name="most">Null: as many as the model has.</param>
    public JsonObject List(JsonObject item, int least, int? most)
    {
        JsonObject schema = new() { ["type"] = "array", ["items"] = item, ["minItems"] = least };
        if ((textLengthMax is null ? most : Math.Max(1, least)) is { } bound)
        {
            schema["maxItems"] = bound;
        }

        return schema;
    }

    public static JsonObject WholeNumber(int least, int most) => new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    public static JsonObject Score() => WholeNumber(0, ScoreMax);

    public static JsonObject OneOf(IEnumerable<string> words) => new() { ["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]) };

    public static JsonObject Form(params (string Name, JsonObject Schema)[] properties) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)property.Schema))),
        ["required"] = new JsonArray([.. properties.Select(property => JsonValue.Create(property.Name))]),
        ["additionalProperties"] = false,
    };

    public static JsonElement Element(JsonObject schema) => JsonElement.Parse(schema.ToJsonString());
}

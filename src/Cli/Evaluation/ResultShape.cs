using System.Globalization;
using System.Text.Json;

namespace Pipeline.Cli.Evaluation;

/// <summary>Whether a result is what the JSON schema of its kind says, as far as the schemas of contracts go.</summary>
internal static class ResultShape
{
    public static bool Fits(JsonElement schema, JsonElement value) => Fits(schema, schema, value);

    private static bool Fits(JsonElement root, JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind is not JsonValueKind.Object)
        {
            return schema.ValueKind is JsonValueKind.True;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Fits(root, Resolve(root, reference.GetString()!), value);
        }

        return HasType(schema, value)
            && (!schema.TryGetProperty("enum", out var words) || words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
            && IsWithin(schema, value)
            && (value.ValueKind is not JsonValueKind.Object || HasFields(root, schema, value))
            && (value.ValueKind is not JsonValueKind.Array || !schema.TryGetProperty("items", out var items) || value.EnumerateArray().All(item => Fits(root, items, item)));
    }

    private static bool HasFields(JsonElement root, JsonElement schema, JsonElement value)
    {
        if (schema.TryGetProperty("required", out var required) && required.EnumerateArray().Any(name => !value.TryGetProperty(name.GetString()!, out _)))
        {
            return false;
        }

        var known = schema.TryGetProperty("properties", out var properties);
        var others = schema.TryGetProperty("additionalProperties", out var rest);
        return value.EnumerateObject().All(field =>
            known && properties.TryGetProperty(field.Name, out var property) ? Fits(root, property, field.Value) : !others || Fits(root, rest, field.Value));
    }

    private static bool HasType(JsonElement schema, JsonElement value) => !schema.TryGetProperty("type", out var type)
        || (type.ValueKind is JsonValueKind.Array ? type.EnumerateArray().Any(name => IsOf(name.GetString()!, value)) : IsOf(type.GetString()!, value));

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind is JsonValueKind.Object,
        "array" => value.ValueKind is JsonValueKind.Array,
        "string" => value.ValueKind is JsonValueKind.String,
        "number" => value.ValueKind is JsonValueKind.Number,
        "integer" => value.ValueKind is JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind is JsonValueKind.Null,
    };

    private static bool IsWithin(JsonElement schema, JsonElement value) => value.ValueKind is not JsonValueKind.Number
        || (!(schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble())
            && !(schema.TryGetProperty("maximum", out var most) && value.GetDouble() > most.GetDouble()));

    /// <param name="pointer"><c>#/properties/prompt</c>: names from the root.</param>
    private static JsonElement Resolve(JsonElement root, string pointer) => pointer.Split('/').Skip(1).Aggregate(root, (element, name) =>
        element.ValueKind is JsonValueKind.Array ? element[int.Parse(name, CultureInfo.InvariantCulture)] : element.GetProperty(name));
}

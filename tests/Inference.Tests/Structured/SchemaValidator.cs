using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>Whether a JSON value matches a schema, written from the standard's text and not from the grammar. Objects are closed.</summary>
internal static class SchemaValidator
{
    public static bool Matches(JsonElement value, JsonElement schema, JsonElement root)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return true;
        }

        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (!Keeps(value, keyword.Name, keyword.Value, schema, root))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Keeps(JsonElement value, string keyword, JsonElement bound, JsonElement schema, JsonElement root) => (keyword, value.ValueKind) switch
    {
        ("type", _) => (bound.ValueKind == JsonValueKind.Array ? [.. bound.EnumerateArray()] : (JsonElement[])[bound]).Any(type => IsOf(value, type.GetString()!)),
        ("enum", _) => bound.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)),
        ("const", _) => JsonElement.DeepEquals(bound, value),
        ("anyOf", _) => bound.EnumerateArray().Any(item => Matches(value, item, root)),
        ("oneOf", _) => bound.EnumerateArray().Count(item => Matches(value, item, root)) == 1,
        ("$ref", _) => Matches(value, Find(root, bound.GetString()!), root),
        ("minimum", JsonValueKind.Number) => Decimal(value) >= Decimal(bound),
        ("maximum", JsonValueKind.Number) => Decimal(value) <= Decimal(bound),
        ("exclusiveMinimum", JsonValueKind.Number) => Decimal(value) > Decimal(bound),
        ("exclusiveMaximum", JsonValueKind.Number) => Decimal(value) < Decimal(bound),
        ("minLength", JsonValueKind.String) => value.GetString()!.EnumerateRunes().Count() >= bound.GetInt32(),
        ("maxLength", JsonValueKind.String) => value.GetString()!.EnumerateRunes().Count() <= bound.GetInt32(),
        ("multipleOf", JsonValueKind.Number) => Decimal(value) % Decimal(bound) == 0,
        ("pattern", JsonValueKind.String) => Regex.IsMatch(OneUnitEach(value.GetString()!), bound.GetString()!, RegexOptions.ECMAScript),
        ("format", JsonValueKind.String) => IsFormat(value.GetString()!, bound.GetString()!),
        ("allOf", _) => bound.EnumerateArray().All(item => Matches(value, item, root)),
        ("prefixItems", JsonValueKind.Array) => value.GetArrayLength() >= bound.GetArrayLength() && bound.EnumerateArray().Zip(value.EnumerateArray()).All(pair => Matches(pair.Second, pair.First, root)),
        ("items", JsonValueKind.Array) when schema.TryGetProperty("prefixItems", out JsonElement tuple) => bound.ValueKind == JsonValueKind.False
            ? value.GetArrayLength() <= tuple.GetArrayLength()
            : value.EnumerateArray().Skip(tuple.GetArrayLength()).All(item => Matches(item, bound, root)),
        ("additionalProperties", JsonValueKind.Object) when bound.ValueKind == JsonValueKind.Object =>
            value.EnumerateObject().DistinctBy(member => member.Name).Count() == value.EnumerateObject().Count() && value.EnumerateObject().All(member => Matches(member.Value, bound, root)),
        ("minItems", JsonValueKind.Array) => value.GetArrayLength() >= bound.GetInt32(),
        ("maxItems", JsonValueKind.Array) => value.GetArrayLength() <= bound.GetInt32(),
        ("items", JsonValueKind.Array) => value.EnumerateArray().All(item => Matches(item, bound, root)),
        ("required", JsonValueKind.Object) => bound.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        ("properties", JsonValueKind.Object) => InOrder(value, bound) && value.EnumerateObject().All(member => Matches(member.Value, bound.GetProperty(member.Name), root)),
        ("additionalProperties", JsonValueKind.Object) => schema.TryGetProperty("properties", out _) || !value.EnumerateObject().Any(),
        _ => true,
    };

    private static bool IsFormat(string text, string format) => format switch
    {
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date-time" => Regex.IsMatch(text, "^.{10}T.{8}") && DateTime.TryParse(text[..19], CultureInfo.InvariantCulture, out _),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        _ => IPAddress.TryParse(text, out _),
    };

    /// <summary>Members are properties, each at most once, in the schema's order.</summary>
    private static bool InOrder(JsonElement value, JsonElement properties)
    {
        List<string> names = [.. properties.EnumerateObject().Select(property => property.Name)];
        int[] places = [.. value.EnumerateObject().Select(member => names.IndexOf(member.Name))];
        return places.All(place => place >= 0) && places.Zip(places.Skip(1)).All(pair => pair.First < pair.Second);
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && decimal.IsInteger(Decimal(value)),
        _ => value.ValueKind == JsonValueKind.Number,
    };

    private static JsonElement Find(JsonElement root, string reference) =>
        reference.Split('/').Skip(1).Aggregate(root, (at, name) => at.GetProperty(name));

    private static decimal Decimal(JsonElement number) => decimal.Parse(number.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);

    // JSON Schema's patterns count code points, .NET's the halves of surrogate pairs.
    private static string OneUnitEach(string text) => Regex.Replace(text, "[\uD800-\uDBFF][\uDC00-\uDFFF]", "\uE000");
}

using System.Text.Json;

namespace Pipeline.EndToEnd.Tests.Documented;

/// <summary>Whether an answer has the shape that the OpenAPI document gives it: types, required fields, and none that it does not know.</summary>
/// <param name="document">OpenAPI 3.1, with its components.</param>
internal sealed class AnswerShape(JsonElement document)
{
    /// <param name="path">For people.</param>
    public void Check(JsonElement schema, JsonElement actual, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(reference.GetString()!.Split('/').Skip(1).Aggregate(document, (element, name) => element.GetProperty(name)), actual, path);
        }
        else if (schema.TryGetProperty("oneOf", out var choices))
        {
            // One that may be null beside the one that it is.
            if (actual.ValueKind is not JsonValueKind.Null)
            {
                Check(choices.EnumerateArray().First(choice => !Types(choice).SequenceEqual(["null"])), actual, path);
            }
        }
        else
        {
            CheckOwn(schema, actual, path);
        }
    }

    private void CheckOwn(JsonElement schema, JsonElement actual, string path)
    {
        var types = Types(schema);
        (types is [] || types.Contains(TypeOf(actual)) || (types.Contains("number") && TypeOf(actual) is "integer"))
            .ShouldBeTrue($"{path} is {actual.ValueKind}, the document has {string.Join(", ", types)}: {actual}");
        if (actual.ValueKind is JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var (index, element) in actual.EnumerateArray().Index())
            {
                Check(items, element, $"{path}[{index}]");
            }
        }

        if (actual.ValueKind is JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
        {
            if (schema.TryGetProperty("required", out var required))
            {
                required.EnumerateArray().Select(name => name.GetString()).Where(name => !actual.TryGetProperty(name!, out _)).ShouldBeEmpty($"{path} lacks them: {actual}");
            }

            foreach (var field in actual.EnumerateObject())
            {
                properties.TryGetProperty(field.Name, out var property).ShouldBeTrue($"{path}.{field.Name} is not in the document: {actual}");
                Check(property, field.Value, $"{path}.{field.Name}");
            }
        }
    }

    private static string[] Types(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind is JsonValueKind.Array ? [.. type.EnumerateArray().Select(name => name.GetString()!)]
        : [type.GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}

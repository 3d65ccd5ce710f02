using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>Schemas made up from a seed: every keyword, nested, sometimes recursive. All of them are satisfiable.</summary>
internal sealed class RandomSchema(Random random)
{
    private static readonly string[] Names = ["score", "감정", "a", "ab", "abc", "the \"quoted\"", "back\\slash", "x", ""];

    private static readonly string[] Patterns = ["^[a-c]{1,5}-?[가-힣]{0,2}$", "^.{0,3}x|^y", "^(?:ab|a){1,4}$", @"^\d{3,6}\.$", "^(?!a)[ab]{2,6}$"];
    private static readonly string[] Formats = ["date", "date-time", "uuid", "ipv4"];

    public JsonElement Next()
    {
        JsonObject root = Schema(3);
        root["$defs"] = new JsonObject { ["tree"] = Tree(), ["leaf"] = Leaf() };
        return JsonSerializer.SerializeToElement(root);
    }

    private JsonObject Schema(int depth) => random.Next(depth > 0 ? 16 : 6) switch
    {
        12 => new() { ["type"] = "object", ["additionalProperties"] = Schema(depth - 1) },
        13 => new() { ["type"] = "array", ["prefixItems"] = new JsonArray(Leaf(), Schema(depth - 1)), ["items"] = random.Next(2) == 0 ? false : Leaf() },
        14 => new() { ["allOf"] = new JsonArray(Schema(depth - 1)) },
        15 => new() { ["anyOf"] = new JsonArray(Object(depth - 1), Object(depth - 1)), ["type"] = "object" },
        < 5 => Leaf(),
        5 => new() { ["$ref"] = "#/$defs/leaf" },
        6 => new() { ["$ref"] = "#/$defs/tree" },
        < 9 => Object(depth),
        9 => Array(depth),
        10 => new() { ["anyOf"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Schema(depth - 1))]) },
        _ => new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "null" }, Object(depth), new JsonObject { ["enum"] = new JsonArray("기쁨", 1) }) },
    };

    private JsonObject Object(int depth)
    {
        string[] names = [.. random.GetItems(Names, random.Next(5)).Distinct()];
        JsonObject schema = new() { ["type"] = "object", ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)Schema(depth - 1)))) };
        schema["required"] = new JsonArray([.. names.Where(_ => random.Next(2) == 0).Select(name => JsonValue.Create(name))]);
        schema["additionalProperties"] = false;
        return schema;
    }

    private JsonObject Array(int depth)
    {
        JsonObject schema = new() { ["type"] = "array", ["items"] = Schema(depth - 1) };
        int min = random.Next(3);
        Maybe(() => schema["minItems"] = min);
        Maybe(() => schema["maxItems"] = min + random.Next(3));
        return schema;
    }

    private JsonObject Leaf() => random.Next(8) switch
    {
        0 => new() { ["type"] = new JsonArray("boolean", "null") },
        1 => new() { ["enum"] = new JsonArray("joy", "기쁨", "say \"hi\"\n", 1, 12, -0.5, null, true) },
        2 => new() { ["const"] = "슬픔" },
        3 or 4 => String(),
        5 => [],
        _ => Number(),
    };

    private JsonObject String()
    {
        JsonObject schema = new() { ["type"] = "string" };
        int min = random.Next(4);
        switch (random.Next(4))
        {
            case 0:
                schema["pattern"] = Patterns[random.Next(Patterns.Length)];
                Maybe(() => schema["minLength"] = min);
                break;
            case 1:
                schema["format"] = Formats[random.Next(Formats.Length)];
                break;
            default:
                Maybe(() => schema["minLength"] = min);
                Maybe(() => schema["maxLength"] = min + random.Next(6));
                break;
        }

        return schema;
    }

    private JsonObject Number()
    {
        bool isInteger = random.Next(2) == 0;
        JsonObject schema = new() { ["type"] = isInteger ? "integer" : "number" };
        decimal min = isInteger ? random.Next(-200, 200) : random.Next(-2000, 2000) / 100m;
        Maybe(() => schema[random.Next(2) == 0 ? "minimum" : "exclusiveMinimum"] = min);
        Maybe(() => schema["multipleOf"] = isInteger ? 3 : 0.25m);
        Maybe(() => schema[random.Next(2) == 0 ? "maximum" : "exclusiveMaximum"] = min + (isInteger ? random.Next(8, 1000) : random.Next(100, 500) / 100m));
        return schema;
    }

    private static JsonObject Tree() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["v"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
            ["left"] = new JsonObject { ["$ref"] = "#/$defs/tree" },
            ["right"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/$defs/tree" }, new JsonObject { ["type"] = "null" }) },
        },
        ["required"] = new JsonArray("v", "right"),
    };

    private void Maybe(Action add)
    {
        if (random.Next(2) == 0)
        {
            add();
        }
    }
}

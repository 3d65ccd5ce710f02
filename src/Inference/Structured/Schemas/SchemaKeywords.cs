using System.Text.Json;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>Which keywords mean something here, and what to do about those that do not.</summary>
internal static class SchemaKeywords
{
    public static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean", "null"];

    /// <summary>The keywords that decide a schema by themselves.</summary>
    public static readonly string[] Deciding = ["$ref", "anyOf", "oneOf", "enum", "const"];

    // Definitions constrain nothing by themselves, and format only texts. nullable is OpenAPI's, and read before all others.
    private static readonly HashSet<string> Annotations =
    [
        "$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "title", "description", "default", "example", "examples",
        "deprecated", "readOnly", "writeOnly", "format", "contentEncoding", "contentMediaType", "contentSchema", "discriminator",
        "externalDocs", "xml", "nullable",
    ];

    /// <summary>Keywords that say nothing when they have this value.</summary>
    private static readonly Dictionary<string, string> Inert = new()
    {
        ["uniqueItems"] = "false", ["minProperties"] = "0", ["minContains"] = "0", ["unevaluatedProperties"] = "false", ["unevaluatedItems"] = "false",
        ["propertyNames"] = "true",
    };

    private static readonly Dictionary<string, string> TypeOf = new()
    {
        ["properties"] = "object", ["required"] = "object", ["additionalProperties"] = "object", ["propertyNames"] = "object",
        ["items"] = "array", ["prefixItems"] = "array", ["additionalItems"] = "array", ["minItems"] = "array", ["maxItems"] = "array",
        ["minLength"] = "string", ["maxLength"] = "string", ["pattern"] = "string",
        ["minimum"] = "number", ["maximum"] = "number", ["exclusiveMinimum"] = "number", ["exclusiveMaximum"] = "number", ["multipleOf"] = "number",
    };

    private static readonly Dictionary<string, string> Remedies = new()
    {
        ["patternProperties"] = "Name the properties, or use additionalProperties.",
    };

    public static bool Constrains(string keyword) => !Annotations.Contains(keyword) && !keyword.StartsWith("x-", StringComparison.Ordinal);

    /// <summary>The keywords that say something.</summary>
    public static OrderedDictionary<string, SchemaNode> Read(SchemaNode node)
    {
        OrderedDictionary<string, SchemaNode> members = node.Members();
        foreach ((string name, SchemaNode keyword) in members.ToArray())
        {
            if (Inert.TryGetValue(name, out string? value) && keyword.Json.GetRawText() == value)
            {
                members.Remove(name);
            }
        }

        return members;
    }

    /// <summary>Throws unless the keyword bounds values of one of the types.</summary>
    public static void Check(SchemaNode keyword, string name, IReadOnlyCollection<string> types)
    {
        if (name == "type")
        {
            return;
        }

        if (!TypeOf.TryGetValue(name, out string? type))
        {
            throw Unsupported(keyword, name);
        }

        if (!types.Contains(type) && !(type == "number" && types.Contains("integer")))
        {
            throw keyword.Fails($"{name} is for the type {type}, and the type here is {string.Join(" or ", types)}.", "Remove it or change the type.");
        }
    }

    /// <summary>Throws when other keywords accompany one that decides a schema by itself.</summary>
    public static void CheckAlone(IReadOnlyDictionary<string, SchemaNode> members, string deciding)
    {
        foreach ((string name, SchemaNode keyword) in members)
        {
            bool mayStand = name == deciding || !Constrains(name) || (name == "type" && deciding is "enum" or "const");
            if (!mayStand)
            {
                throw TypeOf.ContainsKey(name) || name == "type" || Deciding.Contains(name)
                    ? keyword.Fails($"{name} beside {deciding} is not supported.", $"Put it into the schemas of {deciding}, or remove one of the two.")
                    : Unsupported(keyword, name);
            }
        }
    }

    private static JsonSchemaException Unsupported(SchemaNode keyword, string name) => keyword.Fails(
        $"{name} ({keyword.Shown}) cannot be enforced.",
        Remedies.GetValueOrDefault(name, "Remove it, and check the answer afterwards."));
}

/// <summary>The types that a schema lists.</summary>
internal static class TypeKeyword
{
    public static IReadOnlyList<string> Read(SchemaNode keyword)
    {
        SchemaNode[] listed = keyword.Json.ValueKind == JsonValueKind.Array ? [.. keyword.Items()] : [keyword];
        if (listed.Length == 0)
        {
            throw keyword.Fails("It lists no type.", $"Give one of {string.Join(", ", SchemaKeywords.Types)}.");
        }

        List<string> types = [];
        foreach (SchemaNode item in listed)
        {
            string type = item.Text();
            if (!SchemaKeywords.Types.Contains(type))
            {
                throw item.Fails($"{item.Shown} is not a type.", $"Give one of {string.Join(", ", SchemaKeywords.Types)}.");
            }

            if (types.Contains(type))
            {
                throw item.Fails($"{item.Shown} is there twice.", "Keep one.");
            }

            types.Add(type);
        }

        // Every integer is a number.
        return types.Contains("number") ? [.. types.Where(type => type != "integer")] : types;
    }
}

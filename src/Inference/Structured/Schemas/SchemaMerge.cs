using System.Text.Json;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>
/// Two schemas that hold at once, written as one: the parts of allOf, and what stands beside anyOf and $ref. Objects have the
/// properties of both, also where each alone is closed.
/// </summary>
internal sealed class SchemaMerge(SchemaPlace root, CompileWork work)
{
    /// <summary>What a schema says, with its reference and its parts written into it.</summary>
    public OrderedDictionary<string, SchemaNode> Expand(SchemaNode node, int depth)
    {
        if (depth > JsonSchemaLimits.SchemaDepthMax)
        {
            throw node.Fails($"Deeper than {JsonSchemaLimits.SchemaDepthMax} schemas.", "Refer to the parts with fewer references.");
        }

        if (node.Json.ValueKind == JsonValueKind.True)
        {
            return [];
        }

        OrderedDictionary<string, SchemaNode> members = SchemaKeywords.Read(node);
        work.ChargeMembers(members.Count, node);
        return ExpandParts(node, members, depth) ?? throw node.Fails("Its parts exclude each other.", "Remove one of them.");
    }

    /// <summary>Writes $ref and allOf into what stands beside them; null where no value keeps both.</summary>
    public OrderedDictionary<string, SchemaNode>? ExpandParts(SchemaNode node, OrderedDictionary<string, SchemaNode> members, int depth)
    {
        OrderedDictionary<string, SchemaNode>? merged = Without(members, "$ref", "allOf");
        if (members.TryGetValue("$ref", out SchemaNode reference))
        {
            merged = Merge(merged, Expand(Target(reference).Node, depth + 1), node);
        }

        if (members.TryGetValue("allOf", out SchemaNode all))
        {
            foreach (SchemaNode part in all.Items())
            {
                merged = merged is null ? null : Merge(merged, Expand(part, depth + 1), part);
            }
        }

        return merged;
    }

    public SchemaPlace Target(SchemaNode reference)
    {
        work.ChargeText(reference.Length, reference);
        return root.Find(reference.Text()) ?? throw reference.Fails(
            $"{reference.Shown} leads nowhere.", "Refer to \"#\" or to a place in this schema, such as \"#/$defs/name\".");
    }

    public static OrderedDictionary<string, SchemaNode> Without(OrderedDictionary<string, SchemaNode> members, params string[] names) =>
        new(members.Where(member => !names.Contains(member.Key)));

    /// <summary>Null where no value keeps both.</summary>
    public OrderedDictionary<string, SchemaNode>? Merge(
        OrderedDictionary<string, SchemaNode> one, OrderedDictionary<string, SchemaNode> other, SchemaNode at)
    {
        work.ChargeMembers(one.Count + other.Count, at);
        OrderedDictionary<string, SchemaNode> merged = new(one);

        // What may be null by one and has another type by the other is not null.
        if (one.ContainsKey("type") && !one.ContainsKey("nullable"))
        {
            other = Without(other, "nullable");
        }

        foreach ((string name, SchemaNode keyword) in other)
        {
            if (!merged.TryGetValue(name, out SchemaNode known) || !SchemaKeywords.Constrains(name) || IsSame(known, keyword, at))
            {
                merged[name] = keyword;
                continue;
            }

            if (Common(name, known, keyword, at) is not { } common)
            {
                return null;
            }

            merged[name] = keyword with { Json = common };
        }

        return merged;
    }

    private bool IsSame(SchemaNode one, SchemaNode other, SchemaNode at)
    {
        work.ChargeText(one.Length + other.Length, at);
        return other.IsSame(one.Json);
    }

    /// <summary>What two values of a keyword say together; null where they exclude each other.</summary>
    private JsonElement? Common(string name, SchemaNode one, SchemaNode other, SchemaNode at) => name switch
    {
        "type" => Listed(TypesOfBoth(TypeKeyword.Read(one), TypeKeyword.Read(other))),
        "required" => Written($"[{string.Join(',', one.Items().Concat(other.Items()).Select(item => item.Json.GetRawText()).Distinct())}]"),
        "enum" => Listed([.. InBoth(one, other, at).Select(item => item.Json.GetRawText())]),
        "const" => null,
        "pattern" => Written($"[{string.Join(',', Patterns(one).Concat(Patterns(other)).Select(pattern => pattern.Json.GetRawText()))}]"),
        "properties" => Properties(one, other),
        "additionalProperties" => Additional(one, other),
        "items" => All(one, other),
        "minimum" or "exclusiveMinimum" or "minLength" or "minItems" => Number(one) > Number(other) ? one.Json : other.Json,
        "maximum" or "exclusiveMaximum" or "maxLength" or "maxItems" => Number(one) < Number(other) ? one.Json : other.Json,
        _ => throw other.Fails($"{name} is {other.Shown} here and {one.Shown} at #{one.Path}, which holds as well.", "Keep one of the two."),
    };

    /// <summary>Texts may have to match several, which then stand in a list that no schema has itself.</summary>
    private static IEnumerable<SchemaNode> Patterns(SchemaNode keyword) => keyword.Json.ValueKind == JsonValueKind.Array ? keyword.Items() : [keyword];

    private static IReadOnlyList<string> TypesOfBoth(IReadOnlyList<string> one, IReadOnlyList<string> other) =>
    [
        .. one.Where(type => other.Contains(type) || (type == "integer" && other.Contains("number"))).Select(type => $"\"{type}\""),
        .. other.Where(type => type == "integer" && !one.Contains(type) && one.Contains("number")).Select(type => $"\"{type}\""),
    ];

    private IEnumerable<SchemaNode> InBoth(SchemaNode one, SchemaNode other, SchemaNode at)
    {
        HashSet<JsonElement> values = new(other.Items().Select(item => item.Json), new JsonValueComparer(work, at));
        return one.Items().Where(item => values.Contains(item.Json));
    }

    private static JsonElement? Listed(IReadOnlyList<string> values) => values.Count == 0 ? null : Written($"[{string.Join(',', values)}]");

    private static JsonElement Properties(SchemaNode one, SchemaNode other)
    {
        OrderedDictionary<string, SchemaNode> first = one.Members(), second = other.Members();
        IEnumerable<string> members = first.Select(member => second.TryGetValue(member.Key, out SchemaNode same)
                ? Member(member.Key, All(member.Value, same))
                : Member(member.Key, member.Value.Json))
            .Concat(second.Where(member => !first.ContainsKey(member.Key)).Select(member => Member(member.Key, member.Value.Json)));
        return Written($"{{{string.Join(',', members)}}}");
    }

    private static string Member(string name, JsonElement value) => $"{JsonSerializer.Serialize(name, SchemaJson.Default.String)}:{value.GetRawText()}";

    private static JsonElement Additional(SchemaNode one, SchemaNode other) => (one.Json.ValueKind, other.Json.ValueKind) switch
    {
        (JsonValueKind.False, _) or (_, JsonValueKind.True) => one.Json,
        (_, JsonValueKind.False) or (JsonValueKind.True, _) => other.Json,
        _ => All(one, other),
    };

    private static JsonElement All(SchemaNode one, SchemaNode other) => one.IsSame(other.Json)
        ? one.Json
        : Written($"{{\"allOf\":[{one.Json.GetRawText()},{other.Json.GetRawText()}]}}");

    private static double Number(SchemaNode keyword) => keyword.Json.ValueKind == JsonValueKind.Number
        ? keyword.Json.GetDouble()
        : throw keyword.Fails($"{keyword.Shown} is not a number.", "Give a number.");

    private static JsonElement Written(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new() { MaxDepth = 512 });
        return document.RootElement.Clone();
    }
}

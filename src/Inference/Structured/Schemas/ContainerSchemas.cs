using System.Text.Json;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>Objects and arrays.</summary>
/// <param name="members">The keywords.</param>
/// <param name="work">Is told what the rules cost.</param>
/// <param name="build">Compiles the schema of a part.</param>
internal sealed class ContainerSchemas(IReadOnlyDictionary<string, SchemaNode> members, CompileWork work, Func<SchemaNode, Rule> build)
{
    /// <param name="names">The only names that members without a property may have; null: any.</param>
    public Rule BuildObject(IReadOnlyList<SchemaNode>? names)
    {
        bool isSaid = members.TryGetValue("additionalProperties", out SchemaNode additional);
        bool isOpen = isSaid && additional.Json.ValueKind is not JsonValueKind.False;
        bool isMap = (isOpen && !IsAny(additional.Json)) || (names is not null && (isOpen || !isSaid));
        IReadOnlyDictionary<string, SchemaNode> named = members.TryGetValue("properties", out SchemaNode listed)
            ? listed.Members()
            : new Dictionary<string, SchemaNode>();
        bool isFree = isOpen ? named.Count == 0 : !isSaid && !members.ContainsKey("properties");
        if (isFree && !isMap && !members.ContainsKey("required"))
        {
            return AnyJson.Object;
        }

        Rule? other = !isMap ? null : isOpen && !IsAny(additional.Json) ? build(additional) : AnyJson.Value;
        HashSet<string> known = [.. named.Keys, .. (names ?? []).Select(name => name.Text())];
        HashSet<string> required = members.TryGetValue("required", out SchemaNode wanted) ? ReadRequired(wanted, known, isMap && names is null) : [];
        Property[] properties =
        [
            .. named.Select(property => new Property(Name(property.Value, property.Key), build(property.Value), required.Contains(property.Key))),
            .. Others(names ?? [], wanted, other, named, required),
        ];
        if (properties.Length > JsonSchemaLimits.PropertiesMax)
        {
            throw listed.Fails($"{properties.Length} properties; at most {JsonSchemaLimits.PropertiesMax} are allowed.", "Group them in objects.");
        }

        // A map is open to any other name. Objects that are open to any value too are closed: that is narrower, and what is meant.
        return new ObjectRule(properties, other is null || names is not null
            ? null
            : new(new NameRule([.. known, .. required]), other, IsRequired: false));
    }

    public ArrayRule BuildArray()
    {
        (int min, int max) = ScalarSchemas.ReadCounts(members, "minItems", "maxItems");
        bool hasItems = members.TryGetValue("items", out SchemaNode items);
        bool hasTuple = members.TryGetValue("prefixItems", out SchemaNode prefix);
        if (hasItems && items.Json.ValueKind == JsonValueKind.Array)
        {
            // As tuples were written before 2020.
            (prefix, hasTuple) = (items, true);
            hasItems = members.TryGetValue("additionalItems", out items);
        }

        Rule[] tuple = hasTuple ? [.. prefix.Items().Select(build)] : [];
        bool isClosed = hasItems ? items.Json.ValueKind == JsonValueKind.False : hasTuple && min <= tuple.Length;
        if (isClosed && min > tuple.Length)
        {
            throw items.Fails($"With items false there are {tuple.Length} items, and minItems is {min}.", "Lower minItems.");
        }

        // All of a tuple's items are given: nobody who writes one reads half of it.
        max = isClosed ? Math.Min(max, tuple.Length) : max;
        return new(hasItems && !isClosed ? build(items) : AnyJson.Value, Math.Max(min, Math.Min(tuple.Length, max)), max, tuple);
    }

    private static bool IsAny(JsonElement schema) =>
        schema.ValueKind is JsonValueKind.True || (schema.ValueKind is JsonValueKind.Object && !schema.EnumerateObject().Any());

    /// <summary>Members whose names are known and that have no property of their own.</summary>
    private IEnumerable<Property> Others(
        IReadOnlyList<SchemaNode> names, SchemaNode wanted, Rule? value, IReadOnlyDictionary<string, SchemaNode> named, HashSet<string> required)
    {
        if (value is null)
        {
            return [];
        }

        IEnumerable<(string Name, SchemaNode At)> listed = names.Select(name => (name.Text(), name));
        return required.Select(name => (name, wanted)).Concat(listed)
            .Where(other => !named.ContainsKey(other.Item1))
            .DistinctBy(other => other.Item1)
            .Select(other => new Property(Name(other.Item2, other.Item1), value, required.Contains(other.Item1)));
    }

    private LiteralRule Name(SchemaNode at, string name)
    {
        work.ChargeText(name.Length, at);
        return LiteralSchemas.Name(at, name);
    }

    private HashSet<string> ReadRequired(SchemaNode names, HashSet<string> known, bool isOpen)
    {
        work.ChargeText(names.Length, names);
        HashSet<string> required = [];
        foreach (SchemaNode item in names.Items())
        {
            string name = item.Text();
            if (!known.Contains(name) && !isOpen)
            {
                throw item.Fails($"{item.Shown} is required and not among the properties.", "Add it to properties or remove it here.");
            }

            required.Add(name);
        }

        return required;
    }
}

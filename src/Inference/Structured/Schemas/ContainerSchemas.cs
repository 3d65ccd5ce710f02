using System.Text.Json;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>Objects and arrays.</summary>
internal static class ContainerSchemas
{
    public static Rule BuildObject(IReadOnlyDictionary<string, SchemaNode> members, Func<SchemaNode, Rule> build)
    {
        bool isClosed = members.TryGetValue("additionalProperties", out SchemaNode additional);
        if (isClosed && additional.Json.ValueKind != JsonValueKind.False)
        {
            throw additional.Fails($"additionalProperties is {additional.Shown}.", "Set it to false or remove it, and name every property.");
        }

        if (!isClosed && !members.ContainsKey("properties") && !members.ContainsKey("required"))
        {
            return AnyJson.Object;
        }

        IReadOnlyDictionary<string, SchemaNode> properties = members.TryGetValue("properties", out SchemaNode named)
            ? named.Members()
            : new Dictionary<string, SchemaNode>();
        if (properties.Count > JsonSchemaLimits.PropertiesMax)
        {
            throw named.Fails($"{properties.Count} properties; at most {JsonSchemaLimits.PropertiesMax} are allowed.", "Group them in objects.");
        }

        HashSet<string> required = members.TryGetValue("required", out SchemaNode names) ? ReadRequired(names, properties) : [];
        return new ObjectRule([.. properties.Select(property => new Property(
            LiteralSchemas.Name(property.Value, property.Key), build(property.Value), required.Contains(property.Key)))]);
    }

    public static ArrayRule BuildArray(IReadOnlyDictionary<string, SchemaNode> members, Func<SchemaNode, Rule> build)
    {
        (int min, int max) = ScalarSchemas.ReadCounts(members, "minItems", "maxItems");
        return new(members.TryGetValue("items", out SchemaNode items) ? build(items) : AnyJson.Value, min, max);
    }

    private static HashSet<string> ReadRequired(SchemaNode names, IReadOnlyDictionary<string, SchemaNode> properties)
    {
        HashSet<string> required = [];
        foreach (SchemaNode item in names.Items())
        {
            string name = item.Text();
            if (!properties.ContainsKey(name))
            {
                throw item.Fails($"{item.Shown} is required and not among the properties.", "Add it to properties or remove it here.");
            }

            required.Add(name);
        }

        return required;
    }
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>The JSON schema of a contract, with what its attributes say: descriptions, bounds, words to choose from.</summary>
internal static class KindSchema
{
    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete };

    public static JsonElement Of(JsonTypeInfo type) => JsonElement.Parse(type.GetJsonSchemaAsNode(Options).ToJsonString());

    private static JsonObject Complete(JsonSchemaExporterContext context, JsonNode node)
    {
        // A field of any JSON is "true", which has no room for a description.
        var schema = node as JsonObject ?? [];

        foreach (var hidden in context.TypeInfo.Properties.Where(property => Find<WrittenByApiAttribute>(property) is not null))
        {
            (schema["properties"] as JsonObject)?.Remove(hidden.Name);
        }

        if (context.PropertyInfo is not { } field)
        {
            return schema;
        }

        if (Find<DescriptionAttribute>(field) is { } description)
        {
            schema.Insert(0, "description", description.Description);
        }

        if (Find<RangeAttribute>(field) is { } range)
        {
            (schema["minimum"], schema["maximum"]) = (JsonValue.Create(Convert.ToDouble(range.Minimum, null)), JsonValue.Create(Convert.ToDouble(range.Maximum, null)));
        }

        if (Find<AllowedValuesAttribute>(field) is { } allowed)
        {
            schema["enum"] = new JsonArray([.. allowed.Values.Select(value => JsonValue.Create((string?)value))]);
        }

        return schema;
    }

    private static T? Find<T>(JsonPropertyInfo property)
        where T : Attribute =>
        property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: true).OfType<T>().FirstOrDefault();
}

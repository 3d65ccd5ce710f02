using System.Text;
using System.Text.Json;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>enum and const: the values as they will be written.</summary>
internal static class LiteralSchemas
{
    public static LiteralRule Build(IReadOnlyDictionary<string, SchemaNode> members)
    {
        SchemaNode[] values = members.TryGetValue("enum", out SchemaNode listed) ? [.. listed.Items()] : [members["const"]];
        if (values.Length == 0)
        {
            throw listed.Fails("It lists no value.", "Give at least one.");
        }

        IReadOnlyList<string> types = members.TryGetValue("type", out SchemaNode type) ? TypeKeyword.Read(type) : SchemaKeywords.Types;

        // Generators list null among the values of a type that has none; by the type it never matches.
        SchemaNode[] possible = types.Contains("null") ? values : [.. values.Where(value => value.Json.ValueKind is not JsonValueKind.Null)];
        return new([.. (possible.Length > 0 ? possible : values).Select(value => Read(value, types))]);
    }

    /// <summary>The name of a property, quoted.</summary>
    public static LiteralRule Name(SchemaNode property, string name) => new([Quote(property, name)]);

    private static Literal Read(SchemaNode value, IReadOnlyList<string> types)
    {
        (Literal literal, string[] kinds) = value.Json.ValueKind switch
        {
            JsonValueKind.String => (Quote(value, value.Text()), (string[])["string"]),
            JsonValueKind.Number => (new(Encoding.UTF8.GetBytes(value.Number()), JsonKinds.Number), IsInteger(value) ? ["number", "integer"] : ["number"]),
            JsonValueKind.True => (Literal.True, ["boolean"]),
            JsonValueKind.False => (Literal.False, ["boolean"]),
            JsonValueKind.Null => (Literal.Null, ["null"]),
            _ => throw value.Fails($"{value.Shown} is not a scalar.", "Use an object or array schema whose parts are constants."),
        };
        return kinds.Any(types.Contains)
            ? literal
            : throw value.Fails($"{value.Shown} is not of the type {string.Join(" or ", types)}.", "Remove it or change the type.");
    }

    private static Literal Quote(SchemaNode node, string text) =>
        Literal.Quote(text) ?? throw node.Fails("The text has a control character that only \\u could write.", "Remove the character.");

    private static bool IsInteger(SchemaNode value) => value.Json.TryGetDouble(out double number) && Math.Floor(number) == number;
}

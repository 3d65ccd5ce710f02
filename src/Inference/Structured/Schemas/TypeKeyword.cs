using System.Text.Json;

namespace Pipeline.Inference.Structured.Schemas;

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

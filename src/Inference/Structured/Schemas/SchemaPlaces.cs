using System.Globalization;
using System.Text.Json;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>A place in a schema that something refers to. Each is there once, so what it has is compiled once however it is spelled.</summary>
internal sealed class SchemaPlace(SchemaNode node)
{
    private readonly Dictionary<string, SchemaPlace> _below = [];
    private OrderedDictionary<string, SchemaNode>? _members;
    private SchemaNode[]? _items;

    public SchemaNode Node => node;

    /// <summary>What the place is compiled to; null until something needs it.</summary>
    public ChoiceRule? Rule { get; set; }

    /// <summary>Follows a JSON pointer such as <c>#/$defs/name</c>; null where it leads nowhere.</summary>
    public SchemaPlace? Find(string pointer)
    {
        SchemaPlace? place = pointer.StartsWith('#') ? this : null;
        foreach (string segment in pointer.Split('/').Skip(1))
        {
            place = place?.Below(Unescape(segment));
            if (place is null)
            {
                return null;
            }
        }

        return pointer.Split('/', 2)[0] == "#" ? place : null;
    }

    private SchemaPlace? Below(string name)
    {
        if (_below.TryGetValue(name, out SchemaPlace? known))
        {
            return known;
        }

        return Read(name) is { } found ? _below[name] = new(found) : null;
    }

    private SchemaNode? Read(string name)
    {
        switch (node.Json.ValueKind)
        {
            case JsonValueKind.Object:
                return (_members ??= node.Members()).TryGetValue(name, out SchemaNode member) ? member : null;
            case JsonValueKind.Array:
                _items ??= [.. node.Items()];
                return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < _items.Length ? _items[index] : null;
            default:
                return null;
        }
    }

    private static string Unescape(string name) =>
        Uri.UnescapeDataString(name).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>A place in a schema: its JSON and the way to it, for reading with errors that name it.</summary>
internal readonly record struct SchemaNode(JsonElement Json, SchemaPath? At)
{
    private const int ShownMax = 60;

    /// <summary>JSON pointer.</summary>
    public string Path => SchemaPath.Text(At);

    /// <summary>Bytes of its JSON.</summary>
    public int Length => JsonMarshal.GetRawUtf8Value(Json).Length;

    public string Shown => Json.GetRawText() is { Length: > ShownMax } text ? $"{text.AsSpan(0, ShownMax)}…" : Json.GetRawText();

    public JsonSchemaException Fails(string problem, string remedy) => new(Path, problem, remedy);

    /// <summary>Members in order.</summary>
    public OrderedDictionary<string, SchemaNode> Members()
    {
        OrderedDictionary<string, SchemaNode> members = [];
        foreach (JsonProperty property in Require(JsonValueKind.Object, "an object").EnumerateObject())
        {
            string name = NameOf(property);
            if (!members.TryAdd(name, new(property.Value, new(At, name))))
            {
                throw Fails($"\"{name}\" is there twice.", "Keep one.");
            }
        }

        return members;
    }

    public IEnumerable<SchemaNode> Items()
    {
        SchemaPath? at = At;
        return Require(JsonValueKind.Array, "an array").EnumerateArray()
            .Select((item, index) => new SchemaNode(item, new(at, index.ToString(CultureInfo.InvariantCulture))));
    }

    public string Text()
    {
        Require(JsonValueKind.String, "a string");
        try
        {
            return Json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fails($"{Shown} has half of a surrogate pair.", "Write the character as it is.");
        }
    }

    public int Count() =>
        Json.ValueKind == JsonValueKind.Number && Json.TryGetInt32(out int count) && count >= 0
            ? count
            : throw Fails($"{Shown} is not a count.", $"Give an integer from 0 to {int.MaxValue}.");

    public string Number() => Require(JsonValueKind.Number, "a number").GetRawText();

    /// <summary>Whether both are the same JSON: 1 and 1.0 are.</summary>
    public bool IsSame(JsonElement other)
    {
        try
        {
            return JsonElement.DeepEquals(Json, other);
        }
        catch (InvalidOperationException)
        {
            throw Fails("A text has half of a surrogate pair.", "Write the character as it is.");
        }
    }

    private JsonElement Require(JsonValueKind kind, string article) =>
        Json.ValueKind == kind ? Json : throw Fails($"{Shown} is not {article}.", $"Give {article}.");

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Fails("A name has half of a surrogate pair.", "Write the character as it is.");
        }
    }
}

using System.Text.Json;

namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>JSON from outside as values of a template.</summary>
internal static class JsonValues
{
    /// <param name="source">Whose its texts are, names included.</param>
    public static object? Of(JsonElement json, int source) => json.ValueKind switch
    {
        JsonValueKind.String => Text.Input(json.GetString()!, source),
        JsonValueKind.Number => json.TryGetInt64(out long number) ? (object)number : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => new JinjaList([.. json.EnumerateArray().Select(item => Of(item, source))]),
        JsonValueKind.Object => OfObject(json, source),
        _ => null,
    };

    private static JinjaDict OfObject(JsonElement json, int source)
    {
        JinjaDict dict = new();
        foreach (JsonProperty property in json.EnumerateObject())
        {
            dict.Add((object)Text.Input(property.Name, source), Of(property.Value, source));
        }

        return dict;
    }
}

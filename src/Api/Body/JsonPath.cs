using System.Text;
using System.Text.Json;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Body;

/// <summary>Where a reader stands in a body, written as <c>input.messages[2].content</c>.</summary>
internal sealed class JsonPath
{
    private readonly List<Level> _levels = [];

    /// <param name="path">"" at the top.</param>
    public static string Below(string path, string name) => path.Length is 0 ? name : $"{path}.{name}";

    /// <summary>False when the object has a property of that name already.</summary>
    public bool EnterProperty(string name)
    {
        var level = _levels[^1];
        level.Name = name;
        return level.Seen!.Add(name);
    }

    public void EnterValue()
    {
        if (_levels.Count > 0)
        {
            _levels[^1].Index++;
        }
    }

    public void Open(bool isArray) => _levels.Add(new Level { Seen = isArray ? null : new(StringComparer.Ordinal) });

    public void Leave() => _levels.RemoveAt(_levels.Count - 1);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var level in _levels)
        {
            if (level.Seen is null)
            {
                text.Append('[').Append(level.Index).Append(']');
            }
            else if (level.Name is { } name)
            {
                text.Append(text.Length > 0 ? "." : "").Append(name);
            }
        }

        return text.Length is 0 ? "body" : text.ToString();
    }

    private sealed class Level
    {
        /// <summary>Property names so far; null for an array.</summary>
        public HashSet<string>? Seen { get; init; }

        public string? Name { get; set; }

        public int Index { get; set; } = -1;
    }
}

/// <summary>JSON types as messages call them.</summary>
internal static class JsonWords
{
    public static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    public static string Mismatch(JsonElement value, string expected) => $"is {Name(value.ValueKind)}; expected {expected}.";

    public static string Unknown(IEnumerable<string> known) => $"is not a known field. Known: {string.Join(", ", known)}.";
}

/// <summary>The way of a request whose body is one JSON object.</summary>
internal static class ObjectBody
{
    /// <param name="use">Takes the fields and answers; called only with an object.</param>
    public static async Task<IResult> ReadObjectAsync(this BodyReader bodies, HttpContext context, Func<BodyFields, Task<IResult>> use)
    {
        var reading = await bodies.ReadAsync(context.Request, context.RequestAborted);
        return reading.Root switch
        {
            null => reading.Problem!,
            { ValueKind: JsonValueKind.Object } root => await use(new BodyFields(root, new InputErrors())),
            { } other => Problem.Of(ProblemType.InvalidInput, "body", JsonWords.Mismatch(other, "an object")),
        };
    }
}

using System.Text;

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

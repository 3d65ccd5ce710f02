namespace Pipeline.Api.Problems;

/// <summary>Collects what is wrong with one request, so that a client can repair everything at once.</summary>
internal sealed class InputErrors
{
    /// <summary>Most messages in one answer; a body of wrong elements must not be answered with a larger one.</summary>
    private const int MessagesMax = 32;

    private readonly Dictionary<string, List<string>> _messages = new(StringComparer.Ordinal);
    private string? _first;

    /// <summary>What the request fails of as a whole.</summary>
    public ProblemType Type { get; set; } = ProblemType.InvalidInput;

    /// <summary>Whether further messages would not be told.</summary>
    public bool IsFull => Count >= MessagesMax;

    /// <summary>All that were added, told or not.</summary>
    public int Count { get; private set; }

    public bool Any => Count > 0;

    /// <param name="field">A body path such as <c>texts[3]</c>, or the name of a header or query parameter.</param>
    /// <param name="message">Continues the field's name to a sentence: "is empty: send a text."</param>
    public void Add(string field, string message)
    {
        Count++;
        _first ??= $"{field} {message}";
        if (Count > MessagesMax)
        {
            return;
        }

        if (!_messages.TryGetValue(field, out var messages))
        {
            _messages.Add(field, messages = []);
        }

        messages.Add(message);
    }

    /// <summary>Takes over what is wrong with one part of a body.</summary>
    /// <param name="path">Where the part stands, for example <c>items[17]</c>.</param>
    public void AddBelow(string path, IReadOnlyDictionary<string, IReadOnlyList<string>> part)
    {
        foreach (var (field, messages) in part)
        {
            var below = field is "body" ? path : field is ['[', ..] ? path + field : $"{path}.{field}";
            foreach (var message in messages)
            {
                Add(below, message);
            }
        }
    }

    public Problem ToProblem() => ToProblem(Type);

    public Problem ToProblem(ProblemType type, string? reason = null)
    {
        var detail = Count is 1 ? _first! : $"{_first} And {Count - 1} more: see errors.";
        return new Problem(type, detail)
        {
            Reason = reason,
            Errors = _messages.ToDictionary(pair => pair.Key, IReadOnlyList<string> (pair) => pair.Value, StringComparer.Ordinal),
        };
    }
}

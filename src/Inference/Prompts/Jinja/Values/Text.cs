namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>A part of a text that came from outside the template.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">Behind the last.</param>
/// <param name="Source">Whose it is, as <see cref="Text.Input"/> was told.</param>
internal readonly record struct InputSpan(int Start, int End, int Source);

/// <summary>
/// A text that remembers which of its characters came from outside, through everything that a template does to it. So the
/// template may trim, split and test the texts of users, and their words never become control tokens.
/// </summary>
internal sealed class Text(string value, params InputSpan[] inputs) : IEquatable<Text>
{
    public static Text Empty { get; } = new("");

    public string Value => value;

    /// <summary>In order, without overlap.</summary>
    public IReadOnlyList<InputSpan> Inputs => inputs;

    public bool HasInput => inputs.Length > 0;

    public static implicit operator Text(string value) => new(value);

    /// <summary>A text from outside.</summary>
    public static Text Input(string value, int source) => value.Length == 0 ? Empty : new(value, new InputSpan(0, value.Length, source));

    public Text Slice(int start, int length)
    {
        if (inputs.Length == 0 || length == value.Length)
        {
            return length == value.Length ? this : new(value.Substring(start, length));
        }

        int end = start + length;
        return new(value.Substring(start, length),
        [
            .. inputs.Where(span => span.End > start && span.Start < end)
                .Select(span => span with { Start = Math.Max(span.Start, start) - start, End = Math.Min(span.End, end) - start }),
        ]);
    }

    public Text Slice(int start) => Slice(start, value.Length - start);

    /// <summary>The same length or not, what becomes of this text is from outside if any of it was.</summary>
    public Text Become(string other) =>
        ReferenceEquals(other, value) ? this
        : inputs.Length == 0 ? new(other)
        : other.Length == value.Length ? new(other, inputs)
        : Input(other, inputs[0].Source);

    public Text Trim(ReadOnlySpan<char> characters, bool atStart = true, bool atEnd = true)
    {
        int start = 0, end = value.Length;
        while (atStart && start < end && IsTrimmed(value[start], characters))
        {
            start++;
        }

        while (atEnd && end > start && IsTrimmed(value[end - 1], characters))
        {
            end--;
        }

        return Slice(start, end - start);
    }

    public bool Equals(Text? other) => other is not null && string.Equals(value, other.Value, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as Text);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => value;

    private static bool IsTrimmed(char character, ReadOnlySpan<char> characters) =>
        characters.IsEmpty ? char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f' : characters.Contains(character);
}

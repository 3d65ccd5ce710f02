using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>What Python's texts can do.</summary>
internal static class TextMethods
{
    private static readonly Dictionary<string, Func<Render, Text, Arguments, object?>> _methods = new(StringComparer.Ordinal)
    {
        ["capitalize"] = (_, text, _) => Capitalize(text),
        ["count"] = (_, text, arguments) => (long)Places(text.Value, arguments.RequireText(0, "sub").Value).Count(),
        ["endswith"] = (_, text, arguments) => Any(arguments.Require(0, "suffix"), end => text.Value.EndsWith(end, StringComparison.Ordinal)),
        ["find"] = (_, text, arguments) => (long)text.Value.IndexOf(arguments.RequireText(0, "sub").Value, StringComparison.Ordinal),
        ["format"] = Formatting.FormatBraces,
        ["index"] = (_, text, arguments) => text.Value.IndexOf(arguments.RequireText(0, "sub").Value, StringComparison.Ordinal) is var at and >= 0
            ? (long)at
            : throw new JinjaException("index did not find the text"),
        ["isalnum"] = (_, text, _) => All(text, char.IsLetterOrDigit),
        ["isalpha"] = (_, text, _) => All(text, char.IsLetter),
        ["isdigit"] = (_, text, _) => All(text, char.IsDigit),
        ["islower"] = (_, text, _) => text.Value.Any(char.IsLower) && !text.Value.Any(char.IsUpper),
        ["isspace"] = (_, text, _) => All(text, char.IsWhiteSpace),
        ["isupper"] = (_, text, _) => text.Value.Any(char.IsUpper) && !text.Value.Any(char.IsLower),
        ["join"] = (render, text, arguments) => Join(render, Sequences.Of(arguments.Require(0, "iterable")), text),
        ["lower"] = (_, text, _) => text.Become(text.Value.ToLowerInvariant()),
        ["lstrip"] = (_, text, arguments) => text.Trim(arguments.Text(0, "chars")?.Value, atEnd: false),
        ["partition"] = (_, text, arguments) => Partition(text, arguments.RequireText(0, "sep"), fromEnd: false),
        ["removeprefix"] = (_, text, arguments) => text.Value.StartsWith(arguments.RequireText(0, "prefix").Value, StringComparison.Ordinal) ? text.Slice(arguments.RequireText(0, "prefix").Value.Length) : text,
        ["removesuffix"] = (_, text, arguments) => text.Value.EndsWith(arguments.RequireText(0, "suffix").Value, StringComparison.Ordinal) ? text.Slice(0, text.Value.Length - arguments.RequireText(0, "suffix").Value.Length) : text,
        ["replace"] = (render, text, arguments) => Replace(render, text, arguments.RequireText(0, "old"), arguments.RequireText(1, "new"), arguments.Integer(2, "count")),
        ["rfind"] = (_, text, arguments) => (long)text.Value.LastIndexOf(arguments.RequireText(0, "sub").Value, StringComparison.Ordinal),
        ["rpartition"] = (_, text, arguments) => Partition(text, arguments.RequireText(0, "sep"), fromEnd: true),
        ["rsplit"] = (_, text, arguments) => Splitting.Split(text, arguments.Text(0, "sep"), arguments.Integer(1, "maxsplit"), fromEnd: true),
        ["rstrip"] = (_, text, arguments) => text.Trim(arguments.Text(0, "chars")?.Value, atStart: false),
        ["split"] = (_, text, arguments) => Splitting.Split(text, arguments.Text(0, "sep"), arguments.Integer(1, "maxsplit"), fromEnd: false),
        ["splitlines"] = (_, text, arguments) => Splitting.Lines(text, arguments.Flag(0, "keepends")),
        ["startswith"] = (_, text, arguments) => Any(arguments.Require(0, "prefix"), start => text.Value.StartsWith(start, StringComparison.Ordinal)),
        ["strip"] = (_, text, arguments) => text.Trim(arguments.Text(0, "chars")?.Value),
        ["swapcase"] = (_, text, _) => text.Become(string.Concat(text.Value.Select(letter => char.IsUpper(letter) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)))),
        ["title"] = (_, text, _) => Title(text, startsWord: before => !char.IsLetter(before)),
        ["upper"] = (_, text, _) => text.Become(text.Value.ToUpperInvariant()),
    };

    public static Callable? Find(Text text, string name) => _methods.TryGetValue(name, out var method)
        ? new(name, (render, arguments) => method(render, text, arguments))
        : null;

    public static Text Capitalize(Text text) => text.Value.Length == 0 ? text
        : text.Become(char.ToUpperInvariant(text.Value[0]) + text.Value[1..].ToLowerInvariant());

    /// <param name="startsWord">Whether a word starts behind this character.</param>
    public static Text Title(Text text, Func<char, bool> startsWord) => text.Become(string.Create(text.Value.Length, text.Value, (title, value) =>
    {
        for (int i = 0; i < title.Length; i++)
        {
            title[i] = i == 0 || startsWord(value[i - 1]) ? char.ToUpperInvariant(value[i]) : char.ToLowerInvariant(value[i]);
        }
    }));

    public static Text Join(Render render, IEnumerable<object?> items, Text separator)
    {
        TextBuilder joined = render.NewText();
        bool isFirst = true;
        foreach (object? item in items)
        {
            render.Step();
            _ = isFirst ? joined : joined.Append(separator);
            isFirst = false;
            joined.Append(Writing.Str(render, item));
        }

        return joined.ToText();
    }

    public static Text Replace(Render render, Text text, Text old, Text replacement, long? countMax)
    {
        TextBuilder replaced = render.NewText();
        int start = 0;
        foreach (int place in Places(text.Value, old.Value).Take(countMax is >= 0 and <= int.MaxValue ? (int)countMax : int.MaxValue))
        {
            render.Step();
            replaced.Append(text.Slice(start, place - start)).Append(replacement);
            start = place + old.Value.Length;
        }

        return start == 0 && old.Value.Length > 0 ? text : replaced.Append(text.Slice(start)).ToText();
    }

    /// <summary>Where a text stands in another, without overlap; the empty one stands everywhere.</summary>
    public static IEnumerable<int> Places(string text, string sought)
    {
        int step = Math.Max(1, sought.Length);
        for (int at = 0; at <= text.Length && (at = text.IndexOf(sought, at, StringComparison.Ordinal)) >= 0; at += step)
        {
            yield return at;
        }
    }

    private static JinjaList Partition(Text text, Text separator, bool fromEnd)
    {
        int at = fromEnd ? text.Value.LastIndexOf(separator.Value, StringComparison.Ordinal) : text.Value.IndexOf(separator.Value, StringComparison.Ordinal);
        object?[] parts = at >= 0 ? [text.Slice(0, at), separator, text.Slice(at + separator.Value.Length)]
            : fromEnd ? [Text.Empty, Text.Empty, text]
            : [text, Text.Empty, Text.Empty];
        return new(parts, isTuple: true);
    }

    private static bool Any(object? wanted, Func<string, bool> holds) => wanted switch
    {
        Text text => holds(text.Value),
        JinjaList list => list.Items.Any(item => item is Text text && holds(text.Value)),
        _ => throw new JinjaException($"{Kinds.Name(wanted)} cannot start or end a text"),
    };

    private static bool All(Text text, Func<char, bool> holds) => text.Value.Length > 0 && text.Value.All(holds);
}

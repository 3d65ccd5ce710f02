using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

internal static class TextFilters
{
    private const int IndentMax = 1_000;

    public static IReadOnlyDictionary<string, Function> All { get; } = new Dictionary<string, Function>(StringComparer.Ordinal)
    {
        ["capitalize"] = (render, value, _) => TextMethods.Capitalize(Writing.Str(render, value)),
        ["e"] = (render, value, _) => EscapeHtml(Writing.Str(render, value)),
        ["escape"] = (render, value, _) => EscapeHtml(Writing.Str(render, value)),
        ["format"] = (render, value, arguments) => Formatting.Format(render, Writing.Str(render, value), arguments.Positional),
        ["indent"] = Indent,
        ["lower"] = (render, value, _) => Writing.Str(render, value) is var text ? text.Become(text.Value.ToLowerInvariant()) : null,
        ["replace"] = (render, value, arguments) => TextMethods.Replace(
            render, Writing.Str(render, value), Writing.Str(render, arguments.Require(0, "old")), Writing.Str(render, arguments.Require(1, "new")), arguments.Integer(2, "count")),
        ["title"] = (render, value, _) => TextMethods.Title(Writing.Str(render, value), before => char.IsWhiteSpace(before) || before is '-' or '(' or '{' or '[' or '<'),
        ["trim"] = (render, value, arguments) => Writing.Str(render, value).Trim(arguments.Text(0, "chars")?.Value),
        ["upper"] = (render, value, _) => Writing.Str(render, value) is var text ? text.Become(text.Value.ToUpperInvariant()) : null,
        ["wordcount"] = (render, value, _) => (long)Splitting.Split(Writing.Str(render, value), null, null, fromEnd: false).Items.Count,
    };

    /// <summary>Lines but the first are moved in, empty ones only if told.</summary>
    private static Text Indent(Render render, object? value, Arguments arguments)
    {
        Text margin = arguments.Get(0, "width", 4L) switch
        {
            Text text => text,
            long width => new string(' ', (int)Math.Clamp(width, 0, IndentMax)),
            var other => throw new JinjaException($"{Kinds.Name(other)} is no width"),
        };
        (bool first, bool blank) = (arguments.Flag(1, "first"), arguments.Flag(2, "blank"));
        TextBuilder indented = render.NewText();
        IReadOnlyList<object?> lines = Splitting.Split(Writing.Str(render, value), "\n", null, fromEnd: false).Items;
        for (int i = 0; i < lines.Count; i++)
        {
            render.Step();
            Text line = (Text)lines[i]!;
            indented.Append(i > 0 ? "\n" : "").Append((i > 0 && (blank || line.Value.Length > 0)) || (i == 0 && first) ? margin : Text.Empty).Append(line);
        }

        return indented.ToText();
    }

    private static Text EscapeHtml(Text text) => Escaping.Escape(text, character => character switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\'' => "&#39;",
        '"' => "&#34;",
        _ => null,
    });
}

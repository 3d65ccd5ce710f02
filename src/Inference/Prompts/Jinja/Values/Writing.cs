using System.Globalization;

namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>Values as text, as Python prints them.</summary>
internal static class Writing
{
    /// <summary>What {{ value }} puts into the prompt.</summary>
    public static Text Str(Render render, object? value) => value switch
    {
        Text text => text,
        Undefined => Text.Empty,
        null => "None",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Numbers.Write(number),
        _ => Repr(render, value),
    };

    /// <summary>A value as Python's source has it.</summary>
    public static Text Repr(Render render, object? value)
    {
        TextBuilder text = render.NewText();
        Write(render, text, value);
        return text.ToText();
    }

    private static void Write(Render render, TextBuilder text, object? value)
    {
        render.Step();
        switch (value)
        {
            case Text quoted:
                Quote(text, quoted);
                break;
            case JinjaList list:
                text.Append(list.IsTuple ? "(" : "[");
                WriteAll(list.Items, item => Write(render, text, item), text);
                text.Append(list is { IsTuple: true, Items.Count: 1 } ? ",)" : list.IsTuple ? ")" : "]");
                break;
            case JinjaDict dict:
                text.Append("{");
                WriteAll(dict.Entries, entry =>
                {
                    Write(render, text, entry.Key);
                    text.Append(": ");
                    Write(render, text, entry.Value);
                }, text);
                text.Append("}");
                break;
            case Undefined:
                text.Append("Undefined");
                break;
            case null or bool or long or double:
                text.Append(Str(render, value));
                break;
            default:
                text.Append($"<{(value as Callable)?.Name ?? value.GetType().Name.ToLowerInvariant()}>");
                break;
        }
    }

    private static void WriteAll<T>(IEnumerable<T> items, Action<T> write, TextBuilder text)
    {
        bool isFirst = true;
        foreach (T item in items)
        {
            if (!isFirst)
            {
                text.Append(", ");
            }

            isFirst = false;
            write(item);
        }
    }

    private static void Quote(TextBuilder text, Text value)
    {
        char quote = value.Value.Contains('\'', StringComparison.Ordinal) && !value.Value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append([quote]).Append(Escaping.Escape(value, character => character switch
        {
            '\\' => @"\\",
            '\n' => @"\n",
            '\r' => @"\r",
            '\t' => @"\t",
            _ when character == quote => $"\\{quote}",
            < ' ' or (>= '\x7f' and <= '\xa0') => $"\\x{(int)character:x2}",
            _ => null,
        })).Append([quote]);
    }
}

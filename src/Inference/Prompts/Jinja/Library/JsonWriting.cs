using System.Globalization;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>The filter tojson as transformers sets it: Python's json.dumps, letters of all alphabets as they are.</summary>
internal sealed class JsonWriting(Render render, int? indent, string itemEnd, string keyEnd, bool sortsKeys, bool asciiOnly)
{
    private const int IndentMax = 32;

    private readonly TextBuilder _text = render.NewText();

    public static object? Filter(Render render, object? value, Arguments arguments)
    {
        int? indent = arguments.Named.TryGetValue("indent", out object? wanted) || arguments.TryGet(0, "indent", out wanted)
            ? wanted is long width ? (int)Math.Clamp(width, 0, IndentMax) : null
            : null;
        IReadOnlyList<object?> separators = arguments.Named.GetValueOrDefault("separators") is JinjaList list ? list.Items : [];
        JsonWriting writing = new(
            render,
            indent,
            separators is [Text item, _] ? item.Value : indent is null ? ", " : ",",
            separators is [_, Text key] ? key.Value : ": ",
            Truth.Of(arguments.Named.GetValueOrDefault("sort_keys", false)),
            Truth.Of(arguments.Named.GetValueOrDefault("ensure_ascii", false)));
        writing.Write(value, 0);
        return writing._text.ToText();
    }

    private void Write(object? value, int level)
    {
        render.Step();
        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case bool flag:
                _text.Append(flag ? "true" : "false");
                break;
            case double number when !double.IsFinite(number):
                _text.Append(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case long or double:
                _text.Append(Writing.Str(render, value));
                break;
            case Text text:
                Quote(text);
                break;
            case JinjaList list:
                WriteAll('[', ']', list.Items, item => Write(item, level + 1), level);
                break;
            case JinjaDict dict:
                IEnumerable<KeyValuePair<object, object?>> entries = sortsKeys
                    ? dict.Entries.Order(Comparer<KeyValuePair<object, object?>>.Create((a, b) => Truth.Compare(render, a.Key, b.Key)))
                    : dict.Entries;
                WriteAll('{', '}', [.. entries], entry =>
                {
                    Quote(Writing.Str(render, entry.Key));
                    _text.Append(keyEnd);
                    Write(entry.Value, level + 1);
                }, level);
                break;
            default:
                throw new JinjaException($"{Kinds.Name(value)} cannot be written as JSON");
        }
    }

    private void WriteAll<T>(char open, char close, IReadOnlyList<T> items, Action<T> write, int level)
    {
        _text.Append([open]);
        for (int i = 0; i < items.Count; i++)
        {
            _text.Append(i > 0 ? itemEnd : "");
            BreakLine(level + 1);
            write(items[i]);
        }

        if (items.Count > 0)
        {
            BreakLine(level);
        }

        _text.Append([close]);
    }

    private void BreakLine(int level)
    {
        if (indent is int width)
        {
            _text.Append("\n").Append(new string(' ', width * level));
        }
    }

    private void Quote(Text text) => _text.Append("\"").Append(Escaping.Escape(text, character => character switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        '\b' => @"\b",
        '\f' => @"\f",
        < ' ' => Code(character),
        > '~' when asciiOnly => Code(character),
        _ => null,
    })).Append("\"");

    private static string Code(char character) => $"\\u{((int)character).ToString("x4", CultureInfo.InvariantCulture)}";
}

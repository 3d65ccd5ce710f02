using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace Pipeline.EndToEnd.Tests.Helm;

/// <summary>The functions of Helm that the chart uses.</summary>
internal static partial class TemplateFunctions
{
    private static readonly ISerializer Yaml = new SerializerBuilder().WithQuotingNecessaryStrings().WithIndentedSequences().Build();

    public static object? Call(string name, IReadOnlyList<object?> arguments) => name switch
    {
        "dict" => arguments.Chunk(2).ToDictionary(pair => (string)pair[0]!, pair => pair[1]),
        "index" => ((IDictionary<string, object?>)arguments[0]!).TryGetValue((string)arguments[1]!, out var found) ? found : null,
        "merge" => Merge((IDictionary<string, object?>)arguments[0]!, (IDictionary<string, object?>)arguments[1]!),
        "toYaml" => Yaml.Serialize(arguments[0]!).TrimEnd(),
        "nindent" => "\n" + string.Join('\n', Text(arguments[1]).Split('\n').Select(line => new string(' ', (int)(long)arguments[0]!) + line)),
        "quote" => $"\"{Text(arguments[0])}\"",
        "default" => IsTrue(arguments[1]) ? arguments[1] : arguments[0],
        "not" => !IsTrue(arguments[0]),
        "join" => string.Join(Text(arguments[0]), ((IEnumerable)arguments[1]!).Cast<object?>().Select(Text)),
        "printf" => Printf((string)arguments[0]!, [.. arguments.Skip(1)]),
        "add" => (long)arguments[0]! + (long)arguments[1]!,
        "div" => (long)arguments[0]! / (long)arguments[1]!,
        "mod" => (long)arguments[0]! % (long)arguments[1]!,
        _ => throw new FormatException($"The function {name} is not in the subset."),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or false or "" or 0L => false,
        ICollection { Count: 0 } => false,
        _ => true,
    };

    public static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    /// <summary>Values as templates see them.</summary>
    public static object? Read(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.ToDictionary(entry => ((YamlScalarNode)entry.Key).Value!, entry => Read(entry.Value)),
        YamlSequenceNode list => list.Children.Select(Read).ToList(),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: var value } => value switch
        {
            null or "" or "null" or "~" => null,
            "true" or "false" => (object)(value is "true"),
            _ => long.TryParse(value, CultureInfo.InvariantCulture, out var number) ? (object)number : value,
        },
        YamlScalarNode scalar => scalar.Value,
        _ => throw new FormatException($"{node.NodeType} is no value."),
    };

    /// <summary>What is in the first wins.</summary>
    public static IDictionary<string, object?> Merge(IDictionary<string, object?> first, IDictionary<string, object?> second) =>
        first.Keys.Union(second.Keys).ToDictionary(key => key, key =>
            first.TryGetValue(key, out var mine)
                ? mine is IDictionary<string, object?> own && second.TryGetValue(key, out var others) && others is IDictionary<string, object?> other ? Merge(own, other) : mine
                : second[key]);

    private static string Printf(string format, object?[] values)
    {
        var next = 0;
        return Verb().Replace(format, match => match.Value switch
        {
            "%s" => Text(values[next++]),
            "%d" => Text(values[next++]),
            _ => ((long)values[next++]!).ToString($"D{match.Value[2]}", CultureInfo.InvariantCulture),
        });
    }

    [GeneratedRegex("%s|%d|%0[0-9]d")]
    private static partial Regex Verb();
}

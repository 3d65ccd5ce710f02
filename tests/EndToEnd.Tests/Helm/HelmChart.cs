using System.Text;
using Pipeline.TestSupport.Services;
using YamlDotNet.RepresentationModel;

namespace Pipeline.EndToEnd.Tests.Helm;

/// <summary>The chart of the checkout, rendered as <c>helm template</c> would.</summary>
internal sealed class HelmChart
{
    private const string Release = "demo";

    private static readonly string Folder = RepositoryFiles.Path("deploy", "helm", "pipeline");

    private readonly Dictionary<string, IReadOnlyList<TemplateNode>> _defined = [];
    private readonly Dictionary<string, object?> _top;

    /// <param name="values">YAML that goes over the defaults.</param>
    private HelmChart(string values)
    {
        var chart = (IDictionary<string, object?>)Load(File.ReadAllText(Path.Combine(Folder, "Chart.yaml")))!;
        var defaults = (IDictionary<string, object?>)Load(File.ReadAllText(Path.Combine(Folder, "values.yaml")))!;
        var own = Load(values) as IDictionary<string, object?> ?? new Dictionary<string, object?>();
        _top = new()
        {
            ["Values"] = TemplateFunctions.Merge(own, defaults),
            ["Chart"] = new Dictionary<string, object?> { ["Name"] = chart["name"], ["AppVersion"] = chart["appVersion"] },
            ["Release"] = new Dictionary<string, object?> { ["Name"] = Release },
        };
    }

    /// <summary>The text of every manifest, one document after another.</summary>
    public static string Render(string values) => RenderAll(values, ".yaml");

    /// <summary>What Helm prints after an installation.</summary>
    public static string Notes(string values) => RenderAll(values, "NOTES.txt");

    /// <summary>The documents of <see cref="Render"/>.</summary>
    public static IReadOnlyList<YamlMappingNode> Manifests(string values = "")
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Render(values)));
        return [.. yaml.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>()];
    }

    private static string RenderAll(string values, string end)
    {
        var chart = new HelmChart(values);
        var templates = Directory.GetFiles(Path.Combine(Folder, "templates")).Order(StringComparer.Ordinal).ToDictionary(file => file, file => TemplateParser.Parse(File.ReadAllText(file)));
        foreach (var node in templates.Values.SelectMany(nodes => nodes).OfType<TemplateNode.Define>())
        {
            chart._defined.Add(node.Name, node.Body);
        }

        return string.Join("\n---\n", templates.Where(template => template.Key.EndsWith(end, StringComparison.Ordinal)).Select(template => chart.Run(template.Value, chart._top)));
    }

    private static object? Load(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return yaml.Documents.Count is 0 ? null : TemplateFunctions.Read(yaml.Documents[0].RootNode);
    }

    private string Run(IReadOnlyList<TemplateNode> nodes, object? dot)
    {
        var output = new StringBuilder();
        Run(nodes, new() { ["."] = dot, ["$"] = dot }, output);
        return output.ToString();
    }

    private void Run(IReadOnlyList<TemplateNode> nodes, Dictionary<string, object?> scope, StringBuilder output)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TemplateNode.Text text:
                    output.Append(text.Value);
                    break;
                case TemplateNode.Output value:
                    output.Append(TemplateFunctions.Text(Evaluate(value.Value, scope)));
                    break;
                case TemplateNode.Set set:
                    scope[set.Name] = Evaluate(set.Value, scope);
                    break;
                case TemplateNode.If branch:
                    Run(TemplateFunctions.IsTrue(Evaluate(branch.Condition, scope)) ? branch.Then : branch.Else, new(scope), output);
                    break;
                case TemplateNode.Range loop:
                    foreach (var (key, item) in Items(Evaluate(loop.Over, scope)))
                    {
                        Run(loop.Body, new(scope) { [loop.Key ?? "$_"] = key, [loop.Item] = item, ["."] = item }, output);
                    }

                    break;
            }
        }
    }

    private static IEnumerable<(object? Key, object? Item)> Items(object? value) => value switch
    {
        null => [],
        IDictionary<string, object?> map => map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => ((object?)entry.Key, entry.Value)),
        IEnumerable<object?> list => list.Select((item, index) => ((object?)(long)index, item)),
        _ => throw new FormatException($"{value} has no items."),
    };

    private object? Evaluate(Expression expression, Dictionary<string, object?> scope) => expression switch
    {
        Expression.Literal literal => literal.Value,
        Expression.Field field => field.Path.Aggregate(scope[field.Variable], (value, name) =>
            value is IDictionary<string, object?> map ? map.TryGetValue(name, out var found) ? found : null : throw new FormatException($"Nothing has the field {name}.")),
        Expression.Call { Function: "include" } call => Run(_defined[(string)Evaluate(call.Arguments[0], scope)!], Evaluate(call.Arguments[1], scope)).Trim('\n'),
        Expression.Call call => TemplateFunctions.Call(call.Function, [.. call.Arguments.Select(argument => Evaluate(argument, scope))]),
        _ => throw new FormatException($"{expression} cannot be evaluated."),
    };
}

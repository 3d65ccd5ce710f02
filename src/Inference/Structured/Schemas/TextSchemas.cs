using System.Text.Json;
using Pipeline.Inference.Structured.Patterns;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>Texts: their length, pattern and format.</summary>
internal sealed class TextSchemas(CompileWork work)
{
    /// <summary>A term of a pattern, or a character of a class in one of its states, is looked up several times.</summary>
    private const int PatternWork = 4;

    private readonly Dictionary<(string? Format, string Patterns), TextMachine> _machines = [];

    public Rule Build(SchemaNode node, IReadOnlyDictionary<string, SchemaNode> members)
    {
        (int min, int max) = ScalarSchemas.ReadCounts(members, "minLength", "maxLength");
        bool hasPattern = members.TryGetValue("pattern", out SchemaNode pattern);
        string? format = members.TryGetValue("format", out SchemaNode named) && named.Json.ValueKind == JsonValueKind.String && TextFormats.PatternOf(named.Text()) is not null
            ? named.Text()
            : null;
        if (!hasPattern && format is null)
        {
            return new StringRule(min, max);
        }

        TextMachine machine = Machine(hasPattern ? pattern : named, hasPattern ? Read(pattern) : [], format);
        int shortest = machine.Shortest[0], longest = machine.Longest[0];
        bool isBounded = min > shortest && max < longest;
        PatternRule rule = new(machine, min, max, isBounded ? Lengths(node, machine, max) : null);
        return rule.IsEmpty
            ? throw node.Fails($"No text of {min} to {max} characters matches its pattern and format.", "Widen the bounds of the length.")
            : rule;
    }

    private PatternLengths Lengths(SchemaNode node, TextMachine machine, int max)
    {
        work.Charge(2L * machine.Count * max, node);
        return new(machine, max);
    }

    /// <summary>One pattern, or those that parts of allOf have.</summary>
    private static string[] Read(SchemaNode pattern) => pattern.Json.ValueKind == JsonValueKind.Array ? [.. pattern.Items().Select(item => item.Text())] : [pattern.Text()];

    private TextMachine Machine(SchemaNode at, string[] patterns, string? format)
    {
        if (patterns.Length == 0)
        {
            return TextFormats.MachineOf(format!);
        }

        string key = string.Join('\0', patterns);
        if (!_machines.TryGetValue((format, key), out TextMachine? machine))
        {
            try
            {
                IEnumerable<string> all = format is null ? patterns : [.. patterns, TextFormats.PatternOf(format)!];
                machine = _machines[(format, key)] = TextMachine.Compile(all, units => work.Charge(PatternWork * units, at));
            }
            catch (PatternException e)
            {
                throw at.Fails(
                    $"{at.Shown} cannot be kept{(format is null ? "" : $" together with the format {format}")}: {e.Message}",
                    "Use a simpler pattern or enum, or check the answer afterwards.");
            }
        }

        return machine;
    }
}

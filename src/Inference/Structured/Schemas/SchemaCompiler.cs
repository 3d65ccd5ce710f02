using System.Text.Json;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>
/// Turns a schema into rules. Every schema that is referred to is compiled once, from a queue, so that neither recursion
/// nor long chains of references need stack.
/// </summary>
internal sealed class SchemaCompiler(JsonElement schema)
{
    private readonly Queue<(ChoiceRule Rule, SchemaNode Node)> _pending = [];
    private readonly Dictionary<string, ChoiceRule> _references = [];
    private readonly List<(Rule Rule, SchemaNode Node)> _rules = [];
    private readonly List<(IReadOnlyList<Rule> Alternatives, SchemaNode Node)> _exclusive = [];

    public Rule Compile()
    {
        SchemaNode root = new(schema, "");
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            throw new JsonSchemaException("", "There is no JSON.", "Give a schema.");
        }

        if (schema.GetRawText().Length is var length and > JsonSchemaLimits.SchemaLengthMax)
        {
            throw root.Fails($"{length} characters; at most {JsonSchemaLimits.SchemaLengthMax} are allowed.", "Shorten it.");
        }

        ChoiceRule start = Reference("#", root);
        while (_pending.TryDequeue(out (ChoiceRule Rule, SchemaNode Node) next))
        {
            next.Rule.Alternatives = [Build(next.Node, depth: 1)];
        }

        MeasureNesting();
        foreach ((IReadOnlyList<Rule> alternatives, SchemaNode node) in _exclusive)
        {
            Exclusion.Check(alternatives, node);
        }

        return start;
    }

    /// <summary>Shortest ways out first: after n rounds everything that ends within n levels is known.</summary>
    private void MeasureNesting()
    {
        // Those in circles must be opened from what was written, not from what another has become.
        ChoiceRule[] choices = [.. _rules.Select(rule => rule.Rule).OfType<ChoiceRule>()];
        IReadOnlyList<Rule>[] flat = [.. choices.Select(choice => choice.Flatten())];
        for (int i = 0; i < choices.Length; i++)
        {
            choices[i].Alternatives = flat[i];
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach ((Rule rule, _) in _rules)
            {
                changed |= rule.Measure();
            }
        }

        foreach ((Rule rule, SchemaNode node) in _rules)
        {
            if (!rule.FitsBelow(0))
            {
                throw node.Fails(
                    $"Its values never end, or only beyond {JsonSchemaLimits.NestingMax} levels of objects and arrays.",
                    "Make the property that recurses optional, or give it an alternative such as null.");
            }
        }
    }

    private Rule Build(SchemaNode node, int depth)
    {
        if (depth > JsonSchemaLimits.SchemaDepthMax)
        {
            throw node.Fails($"Deeper than {JsonSchemaLimits.SchemaDepthMax} schemas.", "Move parts to $defs.");
        }

        if (_rules.Count >= JsonSchemaLimits.SubschemasMax)
        {
            throw node.Fails($"More than {JsonSchemaLimits.SubschemasMax} schemas within one.", "Split the task.");
        }

        if (node.Json.ValueKind == JsonValueKind.True)
        {
            return AnyJson.Value;
        }

        IReadOnlyDictionary<string, SchemaNode> members = node.Members();
        string? deciding = SchemaKeywords.Deciding.FirstOrDefault(members.ContainsKey);
        if (deciding is not null)
        {
            SchemaKeywords.CheckAlone(members, deciding);
        }

        Rule rule = deciding switch
        {
            "$ref" => Resolve(members["$ref"]),
            "anyOf" or "oneOf" => BuildAlternatives(members[deciding], deciding == "oneOf", depth),
            "enum" or "const" => LiteralSchemas.Build(members),
            _ => BuildTypes(node, members, depth),
        };
        _rules.Add((rule, node));
        return rule;
    }

    private ChoiceRule BuildAlternatives(SchemaNode keyword, bool exclusive, int depth)
    {
        Rule[] alternatives = [.. keyword.Items().Select(item => Build(item, depth + 1))];
        if (alternatives.Length == 0)
        {
            throw keyword.Fails("It has no alternatives.", "Give at least one schema.");
        }

        if (exclusive)
        {
            _exclusive.Add((alternatives, keyword));
        }

        return new() { Alternatives = alternatives };
    }

    private Rule BuildTypes(SchemaNode node, IReadOnlyDictionary<string, SchemaNode> members, int depth)
    {
        if (!members.ContainsKey("type"))
        {
            string? stray = members.Keys.FirstOrDefault(SchemaKeywords.Constrains);
            return stray is null ? AnyJson.Value : throw UntypedKeyword(members[stray], stray);
        }

        IReadOnlyList<string> types = TypeKeyword.Read(members["type"]);
        foreach ((string name, SchemaNode keyword) in members.Where(member => SchemaKeywords.Constrains(member.Key)))
        {
            SchemaKeywords.Check(keyword, name, types);
        }

        Rule[] rules = [.. types.Select(type => BuildType(type, node, members, depth))];
        if (rules.Length == 1)
        {
            return rules[0];
        }

        _rules.AddRange(rules.Select(rule => (rule, node)));
        return new ChoiceRule { Alternatives = rules };
    }

    private Rule BuildType(string type, SchemaNode node, IReadOnlyDictionary<string, SchemaNode> members, int depth) => type switch
    {
        "object" => ContainerSchemas.BuildObject(members, property => Build(property, depth + 1)),
        "array" => ContainerSchemas.BuildArray(members, items => Build(items, depth + 1)),
        "string" => ScalarSchemas.BuildString(members),
        "integer" => ScalarSchemas.BuildNumber(node, members, NumberRange.Integers),
        "number" => ScalarSchemas.BuildNumber(node, members, NumberRange.Numbers),
        "boolean" => new LiteralRule([Literal.True, Literal.False]),
        _ => new LiteralRule([Literal.Null]),
    };

    private static JsonSchemaException UntypedKeyword(SchemaNode keyword, string name)
    {
        SchemaKeywords.Check(keyword, name, SchemaKeywords.Types);
        return keyword.Fails($"{name} without type would leave other types free.", "Add type.");
    }

    private ChoiceRule Resolve(SchemaNode reference)
    {
        string target = reference.Text();
        string[] parts = target.Split('/');
        SchemaNode root = new(schema, "");
        if (target == "#")
        {
            return Reference(target, root);
        }

        if (parts is ["#", "$defs" or "definitions", _]
            && root.Members().TryGetValue(parts[1], out SchemaNode definitions)
            && definitions.Members().TryGetValue(Unescape(parts[2]), out SchemaNode definition))
        {
            return Reference(target, definition);
        }

        throw reference.Fails($"{reference.Shown} leads nowhere.", "Refer to \"#\" or to a schema directly in $defs or definitions of the root, such as \"#/$defs/name\".");
    }

    private ChoiceRule Reference(string target, SchemaNode node)
    {
        if (!_references.TryGetValue(target, out ChoiceRule? rule))
        {
            rule = _references[target] = new();
            _rules.Add((rule, node));
            _pending.Enqueue((rule, node));
        }

        return rule;
    }

    private static string Unescape(string name) =>
        Uri.UnescapeDataString(name).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}

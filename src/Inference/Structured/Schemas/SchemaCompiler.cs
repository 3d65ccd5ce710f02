using System.Text.Json;
using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>
/// Turns a schema into rules. Every schema that is referred to is compiled once, from a queue, so that neither recursion
/// nor long chains of references need stack.
/// </summary>
internal sealed class SchemaCompiler(JsonElement schema, CancellationToken cancellationToken)
{
    /// <summary>A range of numbers takes some microseconds of arithmetic.</summary>
    private const int NumberWork = 200;

    private readonly CompileWork _work = new(cancellationToken);
    private readonly Dictionary<string, IReadOnlyDictionary<string, SchemaNode>> _definitions = [];
    private readonly Queue<(ChoiceRule Rule, SchemaNode Node)> _pending = [];
    private readonly Dictionary<(string Section, string Name), ChoiceRule> _references = [];
    private readonly List<(Rule Rule, SchemaNode Node)> _rules = [];
    private readonly List<(IReadOnlyList<Rule> Alternatives, SchemaNode Node)> _exclusive = [];

    /// <summary>What <see cref="Compile"/> has cost.</summary>
    public long Work => _work.Units;

    private SchemaNode Root => new(schema, null);

    public Rule Compile()
    {
        SchemaNode root = Root;
        if (schema.ValueKind == JsonValueKind.Undefined)
        {
            throw new JsonSchemaException("", "There is no JSON.", "Give a schema.");
        }

        int length = schema.GetRawText().Length;
        if (length > JsonSchemaLimits.SchemaLengthMax)
        {
            throw root.Fails($"{length} characters; at most {JsonSchemaLimits.SchemaLengthMax} are allowed.", "Shorten it.");
        }

        // Every place is read once, which is in proportion to the length.
        _work.Charge(length, root);
        ChoiceRule start = Reference("", "", root);
        while (_pending.TryDequeue(out (ChoiceRule Rule, SchemaNode Node) next))
        {
            next.Rule.Alternatives = [Build(next.Node, depth: 1)];
        }

        MeasureNesting();
        foreach ((IReadOnlyList<Rule> alternatives, SchemaNode node) in _exclusive)
        {
            new Exclusion(alternatives, node, _work).Check();
        }

        return start;
    }

    /// <summary>Shortest ways out first: after n rounds everything that ends within n levels is known.</summary>
    private void MeasureNesting()
    {
        // Those in circles must be opened from what was written, not from what another has become.
        (ChoiceRule Choice, SchemaNode Node)[] choices = [.. _rules.Where(rule => rule.Rule is ChoiceRule).Select(rule => ((ChoiceRule)rule.Rule, rule.Node)).DistinctBy(rule => rule.Item1)];
        IReadOnlyList<Rule>[] flat = [.. choices.Select(choice => choice.Choice.Flatten(opened => _work.Charge(opened, choice.Node)))];
        for (int i = 0; i < choices.Length; i++)
        {
            choices[i].Choice.Alternatives = flat[i];
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach ((Rule rule, SchemaNode node) in _rules)
            {
                _work.Charge(rule.PartCount, node);
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
        "integer" => BuildNumber(node, members, NumberRange.Integers),
        "number" => BuildNumber(node, members, NumberRange.Numbers),
        "boolean" => new LiteralRule([Literal.True, Literal.False]),
        _ => new LiteralRule([Literal.Null]),
    };

    private static JsonSchemaException UntypedKeyword(SchemaNode keyword, string name)
    {
        SchemaKeywords.Check(keyword, name, SchemaKeywords.Types);
        return keyword.Fails($"{name} without type would leave other types free.", "Add type.");
    }

    private NumberRule BuildNumber(SchemaNode node, IReadOnlyDictionary<string, SchemaNode> members, NumberRange range)
    {
        _work.Charge(NumberWork, node);
        return ScalarSchemas.BuildNumber(node, members, range);
    }

    private ChoiceRule Resolve(SchemaNode reference)
    {
        string target = reference.Text();
        string[] parts = target.Split('/', 4);
        if (target == "#")
        {
            return Reference("", "", Root);
        }

        if (parts is ["#", "$defs" or "definitions", _]
            && Unescape(parts[2]) is var name
            && Definitions(parts[1]).TryGetValue(name, out SchemaNode definition))
        {
            return Reference(parts[1], name, definition);
        }

        throw reference.Fails($"{reference.Shown} leads nowhere.", "Refer to \"#\" or to a schema directly in $defs or definitions of the root, such as \"#/$defs/name\".");
    }

    private IReadOnlyDictionary<string, SchemaNode> Definitions(string section)
    {
        if (!_definitions.TryGetValue(section, out IReadOnlyDictionary<string, SchemaNode>? definitions))
        {
            definitions = _definitions[section] = Root.Members().TryGetValue(section, out SchemaNode listed) ? listed.Members() : new Dictionary<string, SchemaNode>();
        }

        return definitions;
    }

    /// <param name="name">As it is in the schema: a name has many spellings, and what it names is compiled once.</param>
    private ChoiceRule Reference(string section, string name, SchemaNode node)
    {
        if (!_references.TryGetValue((section, name), out ChoiceRule? rule))
        {
            rule = _references[(section, name)] = new();
            _rules.Add((rule, node));
            _pending.Enqueue((rule, node));
        }

        return rule;
    }

    private static string Unescape(string name) =>
        Uri.UnescapeDataString(name).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}

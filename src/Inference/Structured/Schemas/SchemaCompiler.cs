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
    private readonly SchemaPlace _root = new(new(schema, null));
    private readonly Queue<(ChoiceRule Rule, SchemaNode Node)> _pending = [];
    private readonly List<(Rule Rule, SchemaNode Node)> _rules = [];
    private readonly List<(IReadOnlyList<Rule> Alternatives, SchemaNode Node)> _exclusive = [];

    /// <summary>What <see cref="Compile"/> has cost.</summary>
    public long Work => _work.Units;

    private SchemaMerge Merging => field ??= new(_root, _work);

    private TextSchemas Texts => field ??= new(_work);

    public Rule Compile()
    {
        SchemaNode root = _root.Node;
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
        ChoiceRule start = Reference(_root);
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
        CheckDepth(node, depth);
        CheckCount(node);

        if (node.Json.ValueKind == JsonValueKind.True)
        {
            return AnyJson.Value;
        }

        OrderedDictionary<string, SchemaNode> members = SchemaKeywords.Read(node);
        _work.ChargeMembers(members.Count, node);
        Rule rule = Build(node, members, depth);
        _rules.Add((rule, node));
        return rule;
    }

    /// <param name="node">Where they stand.</param>
    /// <param name="members">Keywords that hold together.</param>
    private Rule Build(SchemaNode node, OrderedDictionary<string, SchemaNode> members, int depth)
    {
        if (members.TryGetValue("nullable", out SchemaNode nullable))
        {
            members = SchemaMerge.Without(members, "nullable");
            return nullable.Json.ValueKind == JsonValueKind.True ? OrNull(Build(node, members, depth), node) : Build(node, members, depth);
        }

        if (members.TryGetValue("allOf", out SchemaNode all))
        {
            SchemaNode[] parts = [.. all.Items()];
            return parts is [var only] && members.Keys.All(name => name == "allOf" || !SchemaKeywords.Constrains(name))
                ? Build(only, depth + 1)
                : BuildTogether(node, members, depth);
        }

        string? deciding = SchemaKeywords.Deciding.FirstOrDefault(members.ContainsKey);
        bool isAlone = deciding is null || members.Keys.All(name => name == deciding || !SchemaKeywords.Constrains(name));
        switch (deciding)
        {
            case "$ref" when isAlone:
                return Reference(Merging.Target(members["$ref"]));
            case "$ref":
                return BuildTogether(node, members, depth);
            case "anyOf" or "oneOf" when isAlone:
                return BuildAlternatives(members[deciding], deciding == "oneOf", item => Build(item, depth + 1));
            case "anyOf" or "oneOf" when !members.ContainsKey(deciding == "anyOf" ? "oneOf" : "anyOf"):
                return BuildEach(node, members, deciding, depth);
            case "enum" or "const":
                SchemaKeywords.CheckAlone(members, deciding);
                _work.ChargeText(members[deciding].Length, node);
                return LiteralSchemas.Build(members);
            case not null:
                SchemaKeywords.CheckAlone(members, deciding);
                break;
        }

        return BuildTypes(node, members, depth);
    }

    private ChoiceRule OrNull(Rule rule, SchemaNode node)
    {
        LiteralRule none = new([Literal.Null]);
        _rules.Add((rule, node));
        _rules.Add((none, node));
        return new() { Alternatives = [rule, none] };
    }

    private Rule BuildTogether(SchemaNode node, OrderedDictionary<string, SchemaNode> members, int depth)
    {
        CheckDepth(node, depth);
        OrderedDictionary<string, SchemaNode> merged = Merging.ExpandParts(node, members, depth)
            ?? throw node.Fails("Its parts exclude each other.", "Remove one of them.");
        return Build(node, merged, depth + 1);
    }

    /// <summary>Alternatives with what stands beside them, as .NET writes them for derived classes.</summary>
    private ChoiceRule BuildEach(SchemaNode node, OrderedDictionary<string, SchemaNode> members, string deciding, int depth)
    {
        CheckDepth(node, depth);
        OrderedDictionary<string, SchemaNode> beside = SchemaMerge.Without(members, deciding);
        return BuildAlternatives(members[deciding], deciding == "oneOf", item =>
        {
            if (Merging.Merge(beside, Merging.Expand(item, depth + 1), item) is not { } merged)
            {
                return null; // Never matches together with what stands beside it.
            }

            CheckCount(item);
            Rule rule = Build(item, merged, depth + 1);
            _rules.Add((rule, item));
            return rule;
        });
    }

    private ChoiceRule BuildAlternatives(SchemaNode keyword, bool exclusive, Func<SchemaNode, Rule?> build)
    {
        Rule[] alternatives = [.. keyword.Items().Select(build).OfType<Rule>()];
        if (alternatives.Length == 0)
        {
            throw keyword.Fails("It has no alternatives that a value could match.", "Give at least one schema.");
        }

        if (exclusive)
        {
            _exclusive.Add((alternatives, keyword));
        }

        return new() { Alternatives = alternatives };
    }

    private static void CheckDepth(SchemaNode node, int depth)
    {
        if (depth > JsonSchemaLimits.SchemaDepthMax)
        {
            throw node.Fails($"Deeper than {JsonSchemaLimits.SchemaDepthMax} schemas.", "Move parts to $defs.");
        }
    }

    private void CheckCount(SchemaNode node)
    {
        if (_rules.Count >= JsonSchemaLimits.SubschemasMax)
        {
            throw node.Fails($"More than {JsonSchemaLimits.SubschemasMax} schemas within one.", "Split the task.");
        }
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
        "object" => new ContainerSchemas(members, _work, property => Build(property, depth + 1)).BuildObject(Names(members, depth)),
        "array" => new ContainerSchemas(members, _work, items => Build(items, depth + 1)).BuildArray(),
        "string" => Texts.Build(node, members),
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

    /// <summary>The only names that propertyNames allows; null where it allows any.</summary>
    private IReadOnlyList<SchemaNode>? Names(IReadOnlyDictionary<string, SchemaNode> members, int depth)
    {
        if (!members.TryGetValue("propertyNames", out SchemaNode keyword))
        {
            return null;
        }

        OrderedDictionary<string, SchemaNode> names = Merging.Expand(keyword, depth + 1);
        string[] bounds = [.. names.Keys.Where(name => name != "type" && SchemaKeywords.Constrains(name))];
        return bounds switch
        {
            [] => null,
            ["enum"] => [.. names["enum"].Items()],
            ["const"] => [names["const"]],
            _ => throw keyword.Fails($"{bounds[0]} cannot be kept for names.", "List the names in enum."),
        };
    }

    private ChoiceRule Reference(SchemaPlace place)
    {
        if (place.Rule is not { } rule)
        {
            rule = place.Rule = new();
            _rules.Add((rule, place.Node));
            _pending.Enqueue((rule, place.Node));
        }

        return rule;
    }
}

using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>
/// oneOf: a value may match one alternative only, so each pair must visibly exclude each other. Scalars are told apart by their
/// kinds and texts in one pass, objects by a required property with constants. One such property that all objects share parts
/// them in one pass too; only what no shared property parts is compared pair by pair, for as long as the work lasts.
/// </summary>
internal sealed class Exclusion(IReadOnlyList<Rule> alternatives, SchemaNode keyword, CompileWork work)
{
    public void Check()
    {
        (int Alternative, Rule Rule)[] leaves = [.. alternatives.SelectMany((rule, index) => Open(rule).Select(leaf => (index, leaf)))];
        work.Charge(leaves.Length, keyword);
        CheckScalars(leaves);
        Separate([.. leaves
            .Where(leaf => leaf.Rule is ObjectRule)
            .Select(leaf => new Candidate(leaf.Alternative, Discriminators((ObjectRule)leaf.Rule)))]);
    }

    /// <summary>A rule that is no literal takes a kind as a whole; a literal takes its text. Numbers are one text: 1 and 1.0 are the same value.</summary>
    private void CheckScalars((int Alternative, Rule Rule)[] leaves)
    {
        Dictionary<JsonKinds, int> whole = [];
        foreach ((int alternative, Rule rule) in leaves.Where(leaf => leaf.Rule is not (LiteralRule or ObjectRule)))
        {
            Take(whole, rule.Kinds, alternative);
        }

        Dictionary<string, int> texts = [];
        foreach ((int alternative, Rule rule) in leaves)
        {
            if (rule is not LiteralRule literals)
            {
                continue;
            }

            work.Charge(literals.Texts.Count, keyword);
            foreach (Literal literal in literals.Literals)
            {
                if (whole.TryGetValue(literal.Kind, out int owner) && owner != alternative)
                {
                    throw Overlap(owner, alternative);
                }
            }

            foreach (string text in literals.Texts)
            {
                Take(texts, text, alternative);
            }
        }
    }

    private void Take<TKey>(Dictionary<TKey, int> owners, TKey key, int alternative)
        where TKey : notnull
    {
        if (!owners.TryAdd(key, alternative) && owners[key] != alternative)
        {
            throw Overlap(owners[key], alternative);
        }
    }

    /// <summary>Parts objects by what they share, and compares the rest.</summary>
    private void Separate(IReadOnlyList<Candidate> objects)
    {
        Stack<(IReadOnlyList<Candidate> Group, HashSet<string> Tried)> open = new([(objects, [])]);
        while (open.TryPop(out (IReadOnlyList<Candidate> Group, HashSet<string> Tried) next))
        {
            (IReadOnlyList<Candidate> group, HashSet<string> tried) = next;
            if (group.All(candidate => candidate.Alternative == group[0].Alternative))
            {
                continue;
            }

            string? shared = group[0].Texts.Keys.FirstOrDefault(name => !tried.Contains(name) && IsShared(group, name));
            if (shared is null)
            {
                ComparePairs(group);
                continue;
            }

            HashSet<string> triedNow = [.. tried, shared];
            foreach (IReadOnlyList<Candidate> part in Parts(group, shared))
            {
                open.Push((part, triedNow));
            }
        }
    }

    private bool IsShared(IReadOnlyList<Candidate> group, string name)
    {
        work.Charge(group.Count, keyword);
        return group.All(candidate => candidate.Texts.ContainsKey(name));
    }

    /// <summary>Objects that are linked by common constants of a property stay together; two in different parts exclude each other.</summary>
    private List<IReadOnlyList<Candidate>> Parts(IReadOnlyList<Candidate> group, string name)
    {
        int[] parent = [.. Enumerable.Range(0, group.Count)];
        Dictionary<object, int> first = [];
        for (int i = 0; i < group.Count; i++)
        {
            IReadOnlySet<string> texts = group[i].Texts[name];
            if (!first.TryAdd(texts, i))
            {
                parent[Root(i)] = Root(first[texts]); // The same enum by reference: read once.
                continue;
            }

            work.Charge(texts.Count, keyword);
            foreach (string text in texts)
            {
                if (!first.TryAdd(text, i))
                {
                    parent[Root(i)] = Root(first[text]);
                }
            }
        }

        return [.. Enumerable.Range(0, group.Count).GroupBy(Root, i => group[i]).Select(part => part.ToArray())];

        int Root(int i)
        {
            while (parent[i] != i)
            {
                i = parent[i] = parent[parent[i]];
            }

            return i;
        }
    }

    private void ComparePairs(IReadOnlyList<Candidate> group)
    {
        for (int i = 0; i < group.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (group[i].Alternative != group[j].Alternative && !Exclude(group[i], group[j]))
                {
                    throw Overlap(group[i].Alternative, group[j].Alternative);
                }
            }
        }
    }

    private bool Exclude(Candidate one, Candidate other)
    {
        foreach ((string name, IReadOnlySet<string> texts) in one.Texts)
        {
            work.Charge(1, keyword);
            if (other.Texts.TryGetValue(name, out IReadOnlySet<string>? counterpart))
            {
                (IReadOnlySet<string> few, IReadOnlySet<string> many) = texts.Count < counterpart.Count ? (texts, counterpart) : (counterpart, texts);
                work.Charge(few.Count, keyword);
                if (!few.Any(many.Contains))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private Dictionary<string, IReadOnlySet<string>> Discriminators(ObjectRule rule)
    {
        Dictionary<string, IReadOnlySet<string>> found = [];
        foreach (Property property in rule.Properties)
        {
            work.Charge(1, keyword);
            if (property is { IsRequired: true, Name: LiteralRule name } && TextsOf(property.Value) is { } texts)
            {
                found[name.Texts.Single()] = texts;
            }
        }

        return found;
    }

    /// <summary>The texts of a value that is one of some constants; null for any other.</summary>
    private IReadOnlySet<string>? TextsOf(Rule value)
    {
        IReadOnlyList<Rule> open = Open(value);
        if (open is [LiteralRule only])
        {
            return only.Texts;
        }

        if (!open.All(rule => rule is LiteralRule))
        {
            return null;
        }

        work.Charge(open.Sum(rule => (long)((LiteralRule)rule).Texts.Count), keyword);
        return open.SelectMany(rule => ((LiteralRule)rule).Texts).ToHashSet();
    }

    private JsonSchemaException Overlap(int one, int other) => new(
        $"{keyword.Path}/{Math.Max(one, other)}",
        $"A value may match both this and alternative {Math.Min(one, other)}.",
        "Use anyOf, or give both a required property with different constants.");

    /// <summary>Choices are flat by now.</summary>
    private static IReadOnlyList<Rule> Open(Rule rule) => rule is ChoiceRule choice ? choice.Alternatives : [rule];

    /// <param name="Texts">Its required properties that are constants, with those.</param>
    private sealed record Candidate(int Alternative, Dictionary<string, IReadOnlySet<string>> Texts);
}

using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>oneOf: a value may match one alternative only, so each pair must visibly exclude each other.</summary>
internal static class Exclusion
{
    public static void Check(IReadOnlyList<Rule> alternatives, SchemaNode keyword)
    {
        for (int i = 0; i < alternatives.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (!Exclude(alternatives[i], alternatives[j]))
                {
                    throw new JsonSchemaException(
                        $"{keyword.Path}/{i}",
                        $"A value may match both this and alternative {j}.",
                        "Use anyOf, or give both a required property with different constants.");
                }
            }
        }
    }

    private static bool Exclude(Rule one, Rule other)
    {
        Rule[] left = Open(one), right = Open(other);
        return left.All(l => right.All(r => (l.Kinds & r.Kinds) == 0
            || (l is LiteralRule a && r is LiteralRule b && !Overlap(a, b))
            || (l is ObjectRule c && r is ObjectRule d && HasDiscriminator(c, d))));
    }

    private static bool HasDiscriminator(ObjectRule one, ObjectRule other) =>
        (from property in one.Properties
         from counterpart in other.Properties
         where property.IsRequired && counterpart.IsRequired
         where property.Name is LiteralRule a && counterpart.Name is LiteralRule b && Overlap(a, b)
         select Open(property.Value).All(l => Open(counterpart.Value).All(r => l is LiteralRule a && r is LiteralRule b && !Overlap(a, b)))).Any(excludes => excludes);

    /// <summary>Numbers are compared by kind: 1 and 1.0 are the same value in two texts.</summary>
    private static bool Overlap(LiteralRule one, LiteralRule other) =>
        one.Literals.Any(a => other.Literals.Any(b =>
            a.Kind == b.Kind && (a.Kind == JsonKinds.Number || a.Utf8.AsSpan().SequenceEqual(b.Utf8))));

    private static Rule[] Open(Rule rule) => rule is ChoiceRule choice ? [.. choice.Flatten()] : [rule];
}

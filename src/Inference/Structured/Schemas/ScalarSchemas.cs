using Pipeline.Inference.Structured.Rules;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>Strings and numbers with their bounds.</summary>
internal static class ScalarSchemas
{
    public static NumberRule BuildNumber(SchemaNode node, IReadOnlyDictionary<string, SchemaNode> members, NumberRange range)
    {
        SchemaNode last = node;
        if (members.TryGetValue("multipleOf", out SchemaNode step))
        {
            range = range.MultiplesOf(step.Number()) ?? throw step.Fails(
                $"{step.Shown} cannot be kept.", $"Give a positive number of at most {NumberRange.StepDigitsMax} digits.");
            last = step;
        }

        foreach (string name in (string[])["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"])
        {
            if (!members.TryGetValue(name, out SchemaNode keyword))
            {
                continue;
            }

            string bound = keyword.Number();
            if (bound.Length > NumberRange.BoundLengthMax)
            {
                throw keyword.Fails($"A bound of {bound.Length} characters; at most {NumberRange.BoundLengthMax} are allowed.", "Round it.");
            }

            bool exclusive = name.StartsWith("exclusive", StringComparison.Ordinal);
            range = name is "minimum" or "exclusiveMinimum" ? range.From(bound, exclusive) : range.To(bound, exclusive);
            last = keyword;
        }

        NumberRule rule = new(range);
        return rule.IsEmpty
            ? throw last.Fails($"With {last.Shown} no number of at most {JsonSchemaLimits.DigitsMax} digits is left.", "Widen the range.")
            : rule;
    }

    /// <summary>A least and a greatest count; 0 and <see cref="int.MaxValue"/> where the schema says nothing.</summary>
    public static (int Min, int Max) ReadCounts(IReadOnlyDictionary<string, SchemaNode> members, string minName, string maxName)
    {
        int min = members.TryGetValue(minName, out SchemaNode minKeyword) ? minKeyword.Count() : 0;
        int max = members.TryGetValue(maxName, out SchemaNode maxKeyword) ? maxKeyword.Count() : int.MaxValue;
        return min <= max ? (min, max) : throw maxKeyword.Fails($"{maxName} is {max} and {minName} is {min}.", "Widen the range.");
    }
}

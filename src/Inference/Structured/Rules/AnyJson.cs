namespace Pipeline.Inference.Structured.Rules;

/// <summary>Any JSON, as deep as the nesting limit allows. Names in an object may repeat, as JSON lets them.</summary>
internal static class AnyJson
{
    static AnyJson()
    {
        ChoiceRule value = new();
        ObjectRule members = new([new(new StringRule(), value, IsRequired: false)], repeats: true);
        ArrayRule items = new(value);
        value.Alternatives =
            [members, items, new StringRule(), new NumberRule(NumberRange.Numbers), new LiteralRule([Literal.True, Literal.False, Literal.Null])];
        members.Measure();
        items.Measure();
        value.Measure();
        (Value, Object, Array) = (value, members, items);
    }

    public static Rule Value { get; }

    public static Rule Object { get; }

    public static Rule Array { get; }
}

namespace Pipeline.Inference.Structured.Rules;

/// <summary>
/// One kind of JSON value as a machine that reads bytes. Immutable once its grammar is compiled; where an answer stands
/// is kept outside, in <see cref="Cursor"/>. A rule only ever makes cursors from which its value can be completed, so
/// no byte that is allowed leads into a dead end.
/// </summary>
internal abstract class Rule
{
    /// <summary>Levels of objects and arrays that the shallowest value has; beyond the limit where there is none.</summary>
    public int Nesting { get; private set; } = int.MaxValue;

    /// <summary>Kinds of values the rule can give, for telling alternatives apart.</summary>
    public abstract JsonKinds Kinds { get; }

    /// <summary>How many parts <see cref="Measure"/> asks.</summary>
    public virtual int PartCount => 1;

    /// <summary>Adds the cursors behind one more byte; none where the byte may not come. The default position is the start.</summary>
    public abstract void Step(Position at, Frame? rest, byte next, List<Cursor> to);

    /// <summary>True when the value is complete. A number may still go on.</summary>
    public abstract bool Ends(Position at);

    /// <summary>Characters that tokens which stay inside a free text may still begin; null where not all of them may come.</summary>
    public virtual int? RoomAt(Position at) => null;

    /// <summary>Reads <see cref="Nesting"/> from the parts; true when it changed.</summary>
    public bool Measure()
    {
        int nesting = MeasureParts();
        if (nesting == Nesting)
        {
            return false; // Rules of free JSON are shared by all grammars: nothing may be written once they are ready.
        }

        Nesting = nesting;
        return true;
    }

    /// <summary>True when a value of this rule still fits below this many levels.</summary>
    public bool FitsBelow(int levels) => Nesting <= JsonSchemaLimits.NestingMax - levels;

    protected abstract int MeasureParts();

    /// <summary>One level more than the deepest of the parts that must be there.</summary>
    protected static int Around(int nesting) => nesting >= JsonSchemaLimits.NestingMax ? int.MaxValue : nesting + 1;
}

/// <summary>Kinds of JSON values.</summary>
[Flags]
internal enum JsonKinds
{
    None = 0,
    Object = 1,
    Array = 2,
    String = 4,
    Number = 8,
    True = 16,
    False = 32,
    Null = 64,
    Any = Object | Array | String | Number | True | False | Null,
}

/// <summary>Any JSON, as deep as the nesting limit allows. A name comes once in an object, as strict parsers demand.</summary>
internal static class AnyJson
{
    static AnyJson()
    {
        ChoiceRule value = new();
        ObjectRule members = new([], new(new NameRule([]), value, IsRequired: false));
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

using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

internal static class Sequences
{
    /// <summary>What a loop goes through: elements, keys or characters; nothing where the value is undefined.</summary>
    /// <exception cref="JinjaException">It is a single value.</exception>
    public static IReadOnlyList<object?> Of(object? value) => value switch
    {
        JinjaList list => list.Items,
        JinjaDict dict => [.. dict.Keys],
        Text text => CodePoints.Split(text),
        Undefined => [],
        _ => throw new JinjaException($"{Kinds.Name(value)} cannot be looped over"),
    };

    public static long Length(object? value) => value switch
    {
        Text text => CodePoints.Length(text),
        JinjaList list => list.Items.Count,
        JinjaDict dict => dict.Count,
        Undefined => 0,
        _ => throw new JinjaException($"{Kinds.Name(value)} has no length"),
    };

    public static JinjaList Range(Render render, Arguments arguments)
    {
        long? only = arguments.Positional.Count == 1 ? arguments.Integer(0, "stop") : null;
        (long start, long stop) = only is long end ? (0, end) : (arguments.Integer(0, "start") ?? 0, arguments.Integer(1, "stop") ?? 0);
        long step = arguments.Integer(2, "step") ?? 1;
        Int128 span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        Int128 count = step == 0 ? throw new JinjaException("the step of range is 0") : span <= 0 ? 0 : (span - 1) / Int128.Abs(step) + 1;
        render.CheckElements((long)Int128.Min(count, long.MaxValue));
        return new([.. Enumerable.Range(0, (int)count).Select(object? (i) => start + (i * step))]);
    }
}

using System.Globalization;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Inference.Prompts.Jinja.Library;

internal static class NumberFilters
{
    public static IReadOnlyDictionary<string, Function> All { get; } = new Dictionary<string, Function>(StringComparer.Ordinal)
    {
        ["abs"] = (_, value, _) => Numbers.IsNumber(value) && Numbers.Compare(value, 0L) < 0 ? Numbers.Negate(value) : Numbers.IsNumber(value) ? value : throw new JinjaException($"{Kinds.Name(value)} has no sign"),
        ["float"] = (_, value, arguments) => value switch
        {
            _ when Numbers.IsNumber(value) => Numbers.ToDouble(value),
            Text text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
            _ => arguments.Get(0, "default", 0.0),
        },
        ["int"] = (_, value, arguments) => Integer(value, arguments.Integer(1, "base") ?? 10) ?? arguments.Get(0, "default", 0L),
        ["round"] = (_, value, arguments) => Round(value, arguments),
    };

    private static object? Integer(object? value, long numberBase) => value switch
    {
        bool flag => flag ? 1L : 0L,
        long => value,
        double number when Math.Abs(number) < long.MaxValue => (long)number,
        Text text when numberBase == 16 => long.TryParse(text.Value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.Value[2..] : text.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long hex) ? hex : null,
        Text text when long.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) => number,
        Text text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Math.Abs(number) < long.MaxValue => (long)number,
        _ => null,
    };

    private static double Round(object? value, Arguments arguments)
    {
        int digits = (int)Math.Clamp(arguments.Integer(0, "precision") ?? 0, 0, 15);
        double number = Numbers.ToDouble(value);
        double scale = Math.Pow(10, digits);
        return (arguments.Text(1, "method")?.Value ?? "common") switch
        {
            "common" => Math.Round(number, digits, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            var other => throw new JinjaException($"'{other}' is no way to round; take common, ceil or floor"),
        };
    }
}

using System.Globalization;
using System.Numerics;

namespace Pipeline.Inference.Structured.Rules;

/// <summary>
/// The numbers from Min to Max, both included, in multiples of Step on a grid of 10^-FractionDigits: on that grid an exclusive
/// bound is the neighbouring inclusive one, and comparisons are exact.
/// </summary>
internal readonly record struct NumberRange(Int128 Min, Int128 Max, int FractionDigits, Int128 Step)
{
    /// <summary>Most digits of a step. More would not fit the arithmetic together with the digits of a number.</summary>
    public const int StepDigitsMax = 8;

    /// <summary>Longest bound, in characters.</summary>
    public const int BoundLengthMax = 64;

    public static NumberRange Integers { get; } = All(0);

    /// <summary>A digit before the point is always there, which leaves one less behind it.</summary>
    public static NumberRange Numbers { get; } = All(JsonSchemaLimits.DigitsMax - 1);

    /// <param name="bound">A JSON number, at most <see cref="BoundLengthMax"/> long.</param>
    public NumberRange From(string bound, bool exclusive)
    {
        (Int128 floor, bool exact) = Floor(bound);
        return this with { Min = Int128.Max(Min, exact && !exclusive ? floor : floor + 1) };
    }

    /// <inheritdoc cref="From"/>
    public NumberRange To(string bound, bool exclusive)
    {
        (Int128 floor, bool exact) = Floor(bound);
        return this with { Max = Int128.Min(Max, exact && exclusive ? floor - 1 : floor) };
    }

    /// <summary>All multiples of a number. Bounds come afterwards, as they depend on the grid.</summary>
    /// <returns>Null where the number is not positive or has too many digits.</returns>
    public NumberRange? MultiplesOf(string number)
    {
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal step) || step <= 0)
        {
            return null;
        }

        int digits = 0;
        while (step % 1 != 0 && digits < FractionDigits)
        {
            step *= 10;
            digits++;
        }

        if (step % 1 != 0 && FractionDigits == 0)
        {
            // Whole numbers that are multiples of a fraction: what both have in common.
            decimal scale = 1;
            for (; step % 1 != 0 && scale < 1_000_000; scale *= 10)
            {
                step *= 10;
            }

            step = step % 1 == 0 ? Reduce(step, scale) : step;
        }

        return step % 1 != 0 || step >= (decimal)Math.Pow(10, StepDigitsMax) ? null : All(digits) with { Step = (Int128)step };
    }

    /// <summary>The smallest whole multiple of step / scale.</summary>
    private static decimal Reduce(decimal step, decimal scale)
    {
        (decimal divisor, decimal rest) = (step, scale);
        while (rest != 0)
        {
            (divisor, rest) = (rest, divisor % rest);
        }

        return step / divisor;
    }

    private static NumberRange All(int fractionDigits)
    {
        Int128 limit = (Int128)BigInteger.Pow(10, JsonSchemaLimits.DigitsMax + fractionDigits);
        return new(-limit, limit, fractionDigits, 1);
    }

    /// <summary>The bound in units of the grid, rounded down, and whether it was on the grid.</summary>
    private (Int128 Floor, bool Exact) Floor(string bound)
    {
        string[] parts = bound.Split('e', 'E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        int fraction = point < 0 ? 0 : parts[0].Length - point - 1;
        BigInteger digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        BigInteger exponent = parts.Length > 1 ? BigInteger.Parse(parts[1], CultureInfo.InvariantCulture) : 0;

        // Beyond 200 either way the result is past every limit or rounds to nothing, since digits has at most 64.
        int shift = (int)BigInteger.Clamp(exponent - fraction + FractionDigits, -200, 200);
        BigInteger scale = BigInteger.Pow(10, Math.Abs(shift));
        BigInteger remainder = shift < 0 ? BigInteger.Remainder(digits, scale) : 0;
        BigInteger floor = shift < 0 ? (digits / scale) - (remainder < 0 ? 1 : 0) : digits * scale;
        BigInteger limit = BigInteger.Pow(10, JsonSchemaLimits.DigitsMax + FractionDigits) + 1;
        return ((Int128)BigInteger.Clamp(floor, -limit, limit), remainder.IsZero);
    }
}

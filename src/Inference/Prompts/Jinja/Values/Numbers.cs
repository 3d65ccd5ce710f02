using System.Globalization;

namespace Pipeline.Inference.Prompts.Jinja.Values;

/// <summary>Arithmetic as in Python, with integers of 64 bits.</summary>
internal static class Numbers
{
    public static bool IsNumber(object? value) => value is long or double or bool;

    public static double ToDouble(object? value) => value switch
    {
        long number => number,
        double number => number,
        bool flag => flag ? 1 : 0,
        _ => throw new JinjaException($"{Kinds.Name(value)} is no number"),
    };

    /// <summary>Null where one of them is not a number at all (NaN).</summary>
    public static int? Compare(object? left, object? right)
    {
        if (Integer(left) is long a && Integer(right) is long b)
        {
            return a.CompareTo(b);
        }

        (double x, double y) = (ToDouble(left), ToDouble(right));
        return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
    }

    /// <exception cref="JinjaException">The result does not fit, or is none.</exception>
    public static object Calculate(string sign, object? left, object? right)
    {
        try
        {
            return Integer(left) is long a && Integer(right) is long b && !(sign is "/" || (sign is "**" && b < 0))
                ? (object)Integers(sign, a, b)
                : Doubles(sign, ToDouble(left), ToDouble(right));
        }
        catch (Exception e) when (e is OverflowException or DivideByZeroException)
        {
            throw new JinjaException(e is OverflowException ? "a number gets too large" : "division by zero");
        }
    }

    public static object Negate(object? value) => value is double number ? -number : Calculate("-", 0L, value);

    /// <summary>As Python writes it: 1.0, 0.1, 1e+16.</summary>
    public static string Write(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        // The shortest digits that are this number, wherever .NET puts the point.
        string[] parts = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture).Split('E');
        string whole = parts[0].Split('.')[0];
        string all = parts[0].Replace(".", "", StringComparison.Ordinal);
        string digits = all.TrimStart('0');
        int point = whole.Length + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0) - (all.Length - digits.Length);
        digits = digits.TrimEnd('0');
        return (double.IsNegative(number) ? "-" : "") + (digits.Length == 0 ? "0.0" : Place(digits, point));
    }

    /// <param name="point">How many digits stand before the point.</param>
    private static string Place(string digits, int point) => point switch
    {
        > 16 or < -3 => $"{digits[..1]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point > 0 ? "+" : "-")}{Math.Abs(point - 1):00}",
        <= 0 => $"0.{new string('0', -point)}{digits}",
        _ when digits.Length <= point => $"{digits.PadRight(point, '0')}.0",
        _ => digits.Insert(point, "."),
    };

    private static long? Integer(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    private static long Integers(string sign, long a, long b) => sign switch
    {
        "+" => checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "//" => Floor(a, b),
        "%" => checked(a - (b * Floor(a, b))),
        _ => Power(a, b),
    };

    // Python rounds down where .NET cuts.
    private static long Floor(long a, long b)
    {
        long quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long a, long b)
    {
        long result = 1;
        for (; b > 0; b >>= 1)
        {
            result = (b & 1) == 1 ? checked(result * a) : result;
            a = b > 1 ? checked(a * a) : a;
        }

        return result;
    }

    private static double Doubles(string sign, double a, double b) => sign switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "**" => Math.Pow(a, b),
        _ when b == 0 => throw new DivideByZeroException(),
        "/" => a / b,
        "//" => Math.Floor(a / b),
        _ => a - (b * Math.Floor(a / b)),
    };
}

using System.Globalization;
using System.Text.Json;

namespace Pipeline.Api.Documents;

/// <summary>1e999999 and 1e-20000 are good JSON, and no numbers of the database.</summary>
internal static class DatabaseNumber
{
    // Of PostgreSQL's numeric, which jsonb has its numbers in.
    private const int DecimalsMax = 16_383;

    /// <summary>Why the database would refuse it, or null.</summary>
    public static string? Fault(JsonElement number)
    {
        if (!number.TryGetDouble(out var value) || !double.IsFinite(value))
        {
            return "a number above 1.7e308";
        }

        return Decimals(number.GetRawText()) > DecimalsMax ? $"a number with more than {DecimalsMax} decimals" : null;
    }

    private static double Decimals(string text)
    {
        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);

        // As a double: an exponent may have any number of digits.
        var exponent = exponentAt < 0 ? 0 : double.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;
    }
}

using System.Globalization;

namespace Pipeline.Console.Parts;

/// <summary>Numbers and durations as people read them in a table.</summary>
internal static class Amounts
{
    private const int IdEnd = 8;

    public static string Of(double? number) => number is { } known ? known.ToString(known % 1 is 0 ? "#,0" : "#,0.0", CultureInfo.InvariantCulture) : "–";

    public static string Duration(double? seconds) => seconds switch
    {
        null => "–",
        < 0.9995 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1_000:0} ms"),
        < 59.95 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        < 3_599.5 => Parts(seconds.Value, 1, 60, "min", "s"),
        < 86_370 => Parts(seconds.Value, 60, 60, "h", "min"),
        _ => Parts(seconds.Value, 3_600, 24, "d", "h"),
    };

    public static string Bytes(double? bytes) => bytes switch
    {
        null => "–",
        < 1_024 => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
        < 1_048_576 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_024:0.#} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_048_576:0.#} MiB"),
    };

    /// <summary>A share of 0 to 1.</summary>
    public static string Percent(double? share) => share is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0} %") : "–";

    /// <summary>The part of an id that tells jobs of a page apart: the end of a UUIDv7 is random, its beginning the time.</summary>
    public static string Short(string? id) => id is null ? "" : "…" + id[^Math.Min(IdEnd, id.Length)..];

    /// <summary>Rounded before it is parted, or there were 60 s in a minute.</summary>
    private static string Parts(double seconds, int small, int smallInLarge, string largeUnit, string smallUnit)
    {
        var (large, rest) = Math.DivRem((long)Math.Round(seconds / small), smallInLarge);
        return string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit} {rest} {smallUnit}");
    }
}

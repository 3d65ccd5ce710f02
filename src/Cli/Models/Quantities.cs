using System.Globalization;

namespace Pipeline.Cli.Models;

/// <summary>Sizes of models as their publishers write them: decimal.</summary>
internal static class Quantities
{
    private const double Giga = 1e9;
    private const double Mega = 1e6;
    private const double Kilo = 1e3;

    public static string Bytes(long bytes) => bytes >= Giga ? Of(bytes / Giga, "GB") : bytes >= Mega ? Of(bytes / Mega, "MB") : Of(bytes / Kilo, "kB");

    public static string Rate(double bytesPerSecond) => Bytes((long)bytesPerSecond) + "/s";

    public static string Parameters(long parameters)
    {
        var (value, unit) = parameters >= Giga ? (parameters / Giga, "B") : parameters >= Mega ? (parameters / Mega, "M") : (parameters / Kilo, "K");
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#}{unit}");
    }

    public static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Three digits tell enough.</summary>
    public static string TokensPerSecond(double rate) => rate.ToString(rate >= 10 ? "0" : "0.0", CultureInfo.InvariantCulture);

    private static string Of(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value.ToString(value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture)} {unit}");
}

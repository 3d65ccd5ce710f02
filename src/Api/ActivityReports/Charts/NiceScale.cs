using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Api.ActivityReports.Charts;

/// <summary>An axis from 0 whose ticks are numbers that people like: 1, 2 or 5 times a power of ten.</summary>
internal sealed record NiceScale
{
    private const int TicksWanted = 4;

    private NiceScale(double step, int ticks) => (Step, Ticks) = (step, ticks);

    public double Step { get; }

    /// <summary>Steps from 0 to <see cref="Max"/>.</summary>
    public int Ticks { get; }

    public double Max => Step * Ticks;

    /// <param name="isCount">Whether there is nothing between whole numbers.</param>
    public static NiceScale Of(double most, bool isCount)
    {
        var raw = Math.Max(most, double.Epsilon) / TicksWanted;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        if (most <= 0 || (isCount && step < 1))
        {
            step = 1;
        }

        return new(step, Math.Max(1, (int)Math.Ceiling(most / step)));
    }

    /// <summary>Short, as beside an axis: 1,500 is 1.5k.</summary>
    public static string Short(double value) => value switch
    {
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000:0.#}M"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000:0.#}k"),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    /// <summary>Milliseconds in the unit that reads best.</summary>
    public static string Duration(double milliseconds) => milliseconds switch
    {
        >= 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 3_600_000:0.#} h"),
        >= 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000:0.#} min"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1_000:0.##} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms"),
    };
}

/// <summary>Colours of the charts, apart also where colours are seen alike: no two neighbours have the same lightness.</summary>
internal static class Palette
{
    public const string Succeeded = "#3f7fb5";
    public const string Failed = "#c23b3b";
    public const string Other = "#b9c2cd";
    public const string Queued = "#1c2430";
    public const string Running = "#b7791f";
    public const string Before = "#c9d1db";

    public static string Of(string emotion) => emotion switch
    {
        Emotions.Joy => "#e2b13c",
        Emotions.Excitement => "#d9713c",
        Emotions.Sadness => "#3f6fb5",
        Emotions.Anger => "#b03636",
        Emotions.Fear => "#6b4f9e",
        Emotions.Surprise => "#4aa59a",
        Emotions.Neutral => Other,
        _ => "#7c8796",
    };
}

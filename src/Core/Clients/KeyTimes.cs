using System.Globalization;

namespace Pipeline.Core.Clients;

/// <summary>How long keys live.</summary>
public static class KeyTimes
{
    /// <summary>How long the key that is rotated goes on working, unless the caller says otherwise.</summary>
    public static readonly TimeSpan GraceDefault = TimeSpan.FromHours(24);

    public static readonly TimeSpan GraceMax = TimeSpan.FromDays(30);

    /// <summary>Furthest that the end of a key may lie ahead; one without an end never expires.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(3_650);

    /// <summary>Reads <c>90d</c>, <c>24h</c>, <c>30m</c> or <c>45s</c>; null for anything else.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        // At most 2^31 of the largest unit, which a TimeSpan holds.
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' when number <= TimeSpan.MaxValue.Days => TimeSpan.FromDays(number),
            _ => null,
        };
    }
}

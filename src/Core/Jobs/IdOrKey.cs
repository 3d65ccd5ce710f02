using System.Globalization;

namespace Pipeline.Core.Jobs;

/// <summary>
/// What somebody remembers of a job: the beginning of its id, the end of it, as lists show it, or the beginning of the idempotency key that it
/// came with. Ids begin with their time (UUIDv7), so a beginning is a range of them, and costs nothing to look for.
/// </summary>
public sealed record IdOrKey
{
    public const int LengthMax = 255;

    private const string Omitted = "…";
    private const int Digits = 32;
    private const int DigitBits = 4;
    private const int IdLength = 36;

    // What begins otherwise is no time at which there were jobs, and so an end.
    private static readonly Guid First = JobDays.Floor(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly Guid Last = JobDays.Floor(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    // As many digits as lists show of an id's end.
    private const int EndMin = 8;

    private IdOrKey(string key) => Key = key;

    /// <summary>The beginning of the key.</summary>
    public string Key { get; }

    /// <summary>The least id that begins so; null where the text is no beginning of an id.</summary>
    internal Guid? From { get; private init; }

    /// <summary>The least id that is greater than all that begin so.</summary>
    internal Guid? Below { get; private init; }

    /// <summary>The end of an id; null where the text is none.</summary>
    internal string? End { get; private init; }

    internal bool IsOfId => From is not null || End is not null;

    /// <summary>The same, read as the end of an id; null where it is none, or too short for one that nobody marked as such.</summary>
    internal IdOrKey? AsEnd => From is not null && Key.Length is >= EndMin and < IdLength ? this with { From = null, Below = null, End = Key.ToLowerInvariant() } : null;

    /// <summary>Null where neither an id nor a key can be meant: keys are visible ASCII.</summary>
    public static IdOrKey? Parse(string text)
    {
        var known = text.StartsWith(Omitted, StringComparison.Ordinal) ? text[Omitted.Length..] : text;
        if (known.Length is 0 or > LengthMax || !known.All(character => character is > ' ' and <= '~'))
        {
            return null;
        }

        var digits = known.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        if (digits.Length is 0 or > Digits || !digits.All(char.IsAsciiHexDigit))
        {
            return new(known);
        }

        var unknown = DigitBits * (Digits - digits.Length);
        var from = UInt128.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) << unknown;
        var (first, below) = (Id(from), Id(from + (UInt128.One << unknown)));
        return known.Length == text.Length && Compare(first, Last) < 0 && Compare(below, First) > 0
            ? new(known) { From = first, Below = below }
            : new(known) { End = known.ToLowerInvariant() };
    }

    /// <summary>As PostgreSQL does, byte by byte from the left, which is how they are written.</summary>
    internal static int Compare(Guid one, Guid other) => string.CompareOrdinal(one.ToString(), other.ToString());

    private static Guid Id(UInt128 number) => Guid.ParseExact(number.ToString("x32", CultureInfo.InvariantCulture), "N");
}

using System.Globalization;

namespace Pipeline.Api.Jobs;

internal static class Rfc3339
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>The time in UTC; null for a text that is none, or has no offset.</summary>
    public static DateTimeOffset? Parse(string text)
    {
        // RFC 3339 allows lower case; K alone would also take a time without an offset, which means nothing here.
        var upper = text.ToUpperInvariant();
        var hasOffset = upper.EndsWith('Z') || (upper.Length > 6 && upper[^6] is '+' or '-');
        return hasOffset && DateTimeOffset.TryParseExact(upper, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.ToUniversalTime()
            : null;
    }
}

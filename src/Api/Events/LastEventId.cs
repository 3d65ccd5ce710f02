using System.Globalization;
using Pipeline.Api.Problems;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Events;

/// <summary>
/// Event ids: how much text a client has, <c>1-153</c> for 153 UTF-16 code units of the first attempt; <c>end</c> once it
/// has everything. So a client that comes back, to any server, goes on where it was.
/// </summary>
internal static class LastEventId
{
    public const string Header = "Last-Event-ID";
    public const string End = "end";

    public static string Of(TextPlace place) => string.Create(CultureInfo.InvariantCulture, $"{place.Attempt}-{place.Offset}");

    /// <summary>How much the client has, and whether that is all.</summary>
    public static (TextPlace Has, bool IsEnd) Read(IHeaderDictionary headers, InputErrors errors)
    {
        var text = headers[Header].ToString();
        if (text is "" or End)
        {
            return (default, text is End);
        }

        if (text.Split('-') is [var attempt, var offset]
            && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var attempts)
            && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var codeUnits))
        {
            return (new(attempts, codeUnits), false);
        }

        errors.Add(Header, $"is \"{text}\": send the id of the last event as it came, for example 1-153, or leave it out.");
        return default;
    }
}

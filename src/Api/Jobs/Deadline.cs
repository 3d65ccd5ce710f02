using System.Globalization;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Jobs;

/// <summary>When a client would like to have a result, which it may name as a time, or as what is left until then: 2h.</summary>
/// <param name="Wish">What two requests have in common that name the same one.</param>
internal sealed record Deadline(DateTimeOffset Time, string Wish)
{
    public const string Rule = "an RFC 3339 time with an offset, for example 2030-01-31T12:00:00Z, or a time from now, such as 90s, 30m, 2h or 7d";

    /// <summary>Null once it has reported what is wrong.</summary>
    /// <param name="max">The furthest ahead, which Api:ExpiryMax sets.</param>
    public static Deadline? Read(string text, string field, DateTimeOffset now, TimeSpan max, InputErrors errors)
    {
        var left = KeyTimes.Parse(text);
        if ((left is { } rest && rest <= max ? now + rest : left is null ? Rfc3339.Parse(text) : null) is not { } time)
        {
            errors.Add(field, left is null ? $"is \"{text}\": send {Rule}." : $"is {text}, further ahead than {max:c} (Api:ExpiryMax). Send an earlier time.");
        }
        else if (time <= now)
        {
            errors.Add(field, $"is {text}, which is not after now ({now:yyyy-MM-dd'T'HH:mm:ss'Z'}). Send a later time, or none.");
        }
        else if (time - now > max)
        {
            errors.Add(field, $"is {text}, further ahead than {max:c} (Api:ExpiryMax). Send an earlier time.");
        }
        else
        {
            return new(time, left is null ? time.ToString("O", CultureInfo.InvariantCulture) : text);
        }

        return null;
    }
}

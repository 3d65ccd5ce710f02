using System.Globalization;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Headers;

/// <summary><c>Cancel-After: seconds</c>: the job expires when it is not finished by then.</summary>
internal static class CancelAfterHeader
{
    public const string Name = "Cancel-After";

    public static TimeSpan? Read(IHeaderDictionary headers, TimeSpan expiryMax, InputErrors errors)
    {
        if (!headers.TryGetValue(Name, out var values))
        {
            return null;
        }

        if (values.Count is 1 && int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds > 0 && seconds <= expiryMax.TotalSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        errors.Add(
            Name,
            $"is \"{values}\": send one whole number of seconds from 1 to {expiryMax.TotalSeconds:0} (Api:ExpiryMax), for example 30.");
        return null;
    }
}

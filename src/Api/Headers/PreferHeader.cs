using System.Globalization;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Headers;

/// <summary><c>Prefer: wait=N</c> and <c>respond-async</c> (RFC 7240). Other preferences are ignored, as the RFC asks.</summary>
/// <param name="Wait">How long to hold the request, already bounded by <see cref="ApiOptions.WaitMax"/>; null for not at all.</param>
internal sealed record PreferHeader(TimeSpan? Wait, bool RespondAsync)
{
    public const string Name = "Prefer";
    public const string AppliedName = "Preference-Applied";

    public static PreferHeader Read(IHeaderDictionary headers, TimeSpan waitMax, InputErrors errors)
    {
        TimeSpan? wait = null;
        var respondAsync = false;
        foreach (var preference in headers.GetCommaSeparatedValues(Name))
        {
            var (name, value) = Split(preference);
            if (name.Equals("respond-async", StringComparison.OrdinalIgnoreCase))
            {
                respondAsync = true;
            }
            else if (name.Equals("wait", StringComparison.OrdinalIgnoreCase) && wait is null)
            {
                wait = Seconds(value, waitMax);
                if (wait is null)
                {
                    errors.Add(
                        Name,
                        $"has wait={value}: send whole seconds from 0, for example wait=10. At most {waitMax.TotalSeconds:0} are waited.");
                }
            }
        }

        return new(wait, respondAsync);
    }

    /// <summary>Says what was honoured, with the bound that applies.</summary>
    public void Confirm(IHeaderDictionary headers)
    {
        string?[] applied =
        [
            RespondAsync ? "respond-async" : null,
            Wait is { } wait ? string.Create(CultureInfo.InvariantCulture, $"wait={wait.TotalSeconds:0}") : null,
        ];
        if (applied.Any(preference => preference is not null))
        {
            headers[AppliedName] = string.Join(", ", applied.Where(preference => preference is not null));
        }
    }

    private static TimeSpan? Seconds(string value, TimeSpan waitMax)
    {
        if (value.Length is 0 || !value.All(char.IsAsciiDigit))
        {
            return null;
        }

        // More digits than a long holds is still only "longer than the bound".
        var seconds = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : long.MaxValue;
        return seconds < waitMax.TotalSeconds ? TimeSpan.FromSeconds(seconds) : waitMax;
    }

    private static (string Name, string Value) Split(string preference)
    {
        var token = preference.Split(';', 2)[0]; // Parameters: wait has none.
        var parts = token.Split('=', 2, StringSplitOptions.TrimEntries);
        return (parts[0].Trim(), parts.Length is 2 ? HeaderUtilities.RemoveQuotes(parts[1]).ToString() : "");
    }
}

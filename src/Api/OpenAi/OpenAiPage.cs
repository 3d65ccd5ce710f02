using System.Globalization;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi;

/// <summary>The query of OpenAI's lists: the last id seen, and how long a page is.</summary>
internal sealed record OpenAiPage(Guid? After, int Limit)
{
    private const string AfterName = "after";
    private const string LimitName = "limit";

    /// <summary>The most that OpenAI's clients may ask for; they go on by themselves where a page is shorter.</summary>
    private const int LimitMax = 10_000;

    /// <summary>One more than asked for tells whether there is a next page.</summary>
    public int Sought => Limit + 1;

    /// <param name="prefix">Of the ids in the list.</param>
    /// <param name="filters">What else the list knows.</param>
    public static OpenAiPage Read(IQueryCollection query, string prefix, int lengthMax, InputErrors errors, params IReadOnlyList<string> filters)
    {
        QueryParameters.RefuseUnknown(query, errors, [.. filters, AfterName, LimitName]);
        Guid? after = null;
        if (QueryParameters.Single(query, AfterName, errors) is { } id)
        {
            after = OpenAiIds.Parse(prefix, id);
            if (after is null)
            {
                errors.Add(AfterName, $"is \"{id}\", which is no id of this list: send the last_id of the page before.");
            }
        }

        var limit = lengthMax;
        if (QueryParameters.Single(query, LimitName, errors) is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > LimitMax))
        {
            errors.Add(LimitName, $"is \"{text}\": send a whole number from 1 to {LimitMax}. A page has at most {lengthMax} (Api:PageLengthMax).");
        }

        return new(after, Math.Min(limit, lengthMax));
    }
}

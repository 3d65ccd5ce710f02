using System.Globalization;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Jobs;

/// <summary>The query of every list. The cursor is the last id seen: pages stay right while rows arrive.</summary>
internal sealed record PageQuery(Guid? Before, int Limit)
{
    private const int LimitDefault = 50;

    private static readonly string[] Known = ["before", "limit"];

    public static PageQuery Read(IQueryCollection query, int lengthMax, InputErrors errors)
    {
        foreach (var name in query.Keys.Where(name => !Known.Contains(name)))
        {
            errors.Add(name, $"is not a known query parameter. Known: {string.Join(", ", Known)}.");
        }

        var before = Single(query, "before", errors) is { } id ? JobIds.Parse(id, errors, "before") : (Guid?)null;
        return new(before, ReadLimit(query, lengthMax, errors));
    }

    public static int ReadLimit(IQueryCollection query, int lengthMax, InputErrors errors)
    {
        if (Single(query, "limit", errors) is not { } text)
        {
            return Math.Min(LimitDefault, lengthMax);
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit < 1 || limit > lengthMax)
        {
            errors.Add("limit", $"is \"{text}\": send a whole number from 1 to {lengthMax} (Api:PageLengthMax).");
        }

        return limit;
    }

    public static string? Single(IQueryCollection query, string name, InputErrors errors)
    {
        var values = query[name];
        if (values.Count > 1)
        {
            errors.Add(name, $"is there {values.Count} times: send it once.");
        }

        return values is [{ Length: > 0 } value] ? value : null; // An empty one, as in ?state=&kind=, asks for nothing.
    }
}

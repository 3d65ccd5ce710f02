using System.Globalization;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Jobs;

/// <summary>
/// The query of a list, newest first: its filters, where it goes on and how long a page is. The cursor is the last id seen, so
/// pages stay right while rows arrive.
/// </summary>
/// <param name="Path">Of the list, without query.</param>
/// <param name="Filters">Those that the list knows; null where the request has none.</param>
internal sealed record PageQuery(string Path, OrderedDictionary<string, string?> Filters, Guid? Before, int Limit)
{
    private const string BeforeName = "before";
    public const string LimitName = "limit";
    private const int LimitDefault = 50;

    /// <summary>One more than asked for tells whether there is a next page.</summary>
    public int Sought => Limit + 1;

    /// <param name="filters">Names of the filters that the list knows.</param>
    public static PageQuery Read(HttpRequest request, int lengthMax, InputErrors errors, params IReadOnlyList<string> filters)
    {
        string[] known = [.. filters, BeforeName, LimitName];
        QueryParameters.RefuseUnknown(request.Query, errors, known);
        return new(
            request.Path,
            new(filters.Select(name => KeyValuePair.Create(name, QueryParameters.Single(request.Query, name, errors)))),
            QueryParameters.Single(request.Query, BeforeName, errors) is { } id ? JobIds.Parse(id, errors, BeforeName) : null,
            ReadLimit(request.Query, lengthMax, errors));
    }

    /// <summary>A filter whose values are known.</summary>
    public string? Choice(string name, IReadOnlyList<string> choices, InputErrors errors) =>
        QueryParameters.Choice(name, Filters[name], choices, errors);

    /// <summary>A filter that is an id.</summary>
    public Guid? Id(string name, InputErrors errors) => Filters[name] is { } id ? JobIds.Parse(id, errors, name) : null;

    /// <summary>The page of what was found, and the links from it.</summary>
    /// <param name="found">Up to <see cref="Sought"/>.</param>
    /// <param name="lookedUntil">Where a search that was not over stopped.</param>
    public (IReadOnlyList<TResource> Page, PageLinks Links) PageOf<TRow, TResource>(
        IReadOnlyList<TRow> found, Func<TRow, TResource> show, Func<TResource, Guid> id, Guid? lookedUntil = null)
    {
        List<TResource> page = [.. found.Take(Limit).Select(show)];
        var last = found.Count > Limit ? id(page[^1]) : lookedUntil;
        return (page, new(PathFrom(Before), last is null ? null : PathFrom(last)));
    }

    private string PathFrom(Guid? before) => $"{Path}?" + string.Join('&',
        [
            .. Filters.Where(filter => filter.Value is not null).Select(filter => $"{filter.Key}={Uri.EscapeDataString(filter.Value!)}"),
            .. before is null ? Array.Empty<string>() : [$"{BeforeName}={before}"],
            string.Create(CultureInfo.InvariantCulture, $"{LimitName}={Limit}"),
        ]);

    /// <summary>How many elements of a page are asked for.</summary>
    public static int ReadLimit(IQueryCollection query, int lengthMax, InputErrors errors)
    {
        if (QueryParameters.Single(query, LimitName, errors) is not { } text)
        {
            return Math.Min(LimitDefault, lengthMax);
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit < 1 || limit > lengthMax)
        {
            errors.Add(LimitName, $"is \"{text}\": send a whole number from 1 to {lengthMax} (Api:PageLengthMax).");
        }

        return limit;
    }
}

/// <summary>Ids, of jobs and of all else, as they stand in paths and queries.</summary>
internal static class JobIds
{
    /// <summary>Answers about what a path names by its id.</summary>
    /// <param name="use">Called only with an id.</param>
    public static async Task<IResult> UseAsync(string text, Func<Guid, Task<IResult>> use)
    {
        var errors = new InputErrors();
        var id = Parse(text, errors);
        return errors.Any ? errors.ToProblem() : await use(id);
    }

    public static Guid Parse(string text, InputErrors errors, string field = "id")
    {
        if (!Guid.TryParseExact(text, "D", out var id))
        {
            errors.Add(field, $"is \"{text}\", not a UUID: send it as the API returned it, for example 019a9c1e-7f00-7000-8000-000000000000.");
        }

        return id;
    }
}

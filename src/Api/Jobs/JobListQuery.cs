using System.Globalization;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Jobs;

/// <summary>The query of <c>GET /api/jobs</c>. The cursor is the last id seen: pages stay right while jobs arrive.</summary>
internal sealed record JobListQuery(string? State, string? Kind, Guid? Before, int Limit)
{
    private static readonly string[] Known = ["state", "kind", "before", "limit"];

    public string Path => PathWith(Before);

    public static JobListQuery Read(IQueryCollection query, int lengthMax, InputErrors errors)
    {
        foreach (var name in query.Keys.Where(name => !Known.Contains(name)))
        {
            errors.Add(name, $"is not a known query parameter. Known: {string.Join(", ", Known)}.");
        }

        var state = Choice(query, "state", JobState.All, errors);
        var kind = Choice(query, "kind", [.. JobCatalog.All.Select(known => known.Name)], errors);
        var before = PageQuery.Single(query, "before", errors) is { } id ? JobIds.Parse(id, errors, "before") : (Guid?)null;
        return new(state, kind, before, PageQuery.ReadLimit(query, lengthMax, errors));
    }

    public JobFilter ToFilter(int limit) => new() { State = State, Kind = Kind, Before = Before, Limit = limit };

    public string PathBefore(Guid id) => PathWith(id);

    private string PathWith(Guid? before)
    {
        string?[] parts =
        [
            State is null ? null : $"state={State}",
            Kind is null ? null : $"kind={Kind}",
            before is null ? null : $"before={before}",
            string.Create(CultureInfo.InvariantCulture, $"limit={Limit}"),
        ];
        return "/api/jobs?" + string.Join('&', parts.Where(part => part is not null));
    }

    private static string? Choice(IQueryCollection query, string name, IReadOnlyList<string> choices, InputErrors errors)
    {
        var value = PageQuery.Single(query, name, errors);
        if (value is not null && !choices.Contains(value))
        {
            errors.Add(name, $"is \"{value}\": send one of {string.Join(", ", choices)}.");
        }

        return value;
    }
}

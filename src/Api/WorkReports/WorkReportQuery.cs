using System.Globalization;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Core.WorkReports;

namespace Pipeline.Api.WorkReports;

/// <summary>The query of <c>GET /api/reports</c>.</summary>
internal sealed record WorkReportQuery(string? Scope, DateOnly? Day, Guid? Before, int Limit)
{
    private static readonly string[] Known = ["scope", "day", "before", "limit"];

    public static WorkReportQuery Read(IQueryCollection query, int lengthMax, InputErrors errors)
    {
        foreach (var name in query.Keys.Where(name => !Known.Contains(name)))
        {
            errors.Add(name, $"is not a known query parameter. Known: {string.Join(", ", Known)}.");
        }

        var scope = PageQuery.Single(query, "scope", errors);
        if (scope is not null && !WorkReportScope.All.Contains(scope))
        {
            errors.Add("scope", $"is \"{scope}\": send one of {string.Join(", ", WorkReportScope.All)}.");
        }

        var day = PageQuery.Single(query, "day", errors) is { } text ? WorkReportDraft.Day(text, "day", errors) : null;
        var before = PageQuery.Single(query, "before", errors) is { } id ? JobIds.Parse(id, errors, "before") : (Guid?)null;
        return new(scope, day, before, PageQuery.ReadLimit(query, lengthMax, errors));
    }

    public WorkReportFilter ToFilter(int limit) => new() { Scope = Scope, Day = Day, Before = Before, Limit = limit };

    public string PathBefore(Guid? before)
    {
        string?[] parts =
        [
            Scope is null ? null : $"scope={Scope}",
            Day is null ? null : string.Create(CultureInfo.InvariantCulture, $"day={Day:yyyy-MM-dd}"),
            before is null ? null : $"before={before}",
            string.Create(CultureInfo.InvariantCulture, $"limit={Limit}"),
        ];
        return "/api/reports?" + string.Join('&', parts.Where(part => part is not null));
    }
}

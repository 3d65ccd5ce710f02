using System.Globalization;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Prompts;

/// <summary>The query of <c>GET /api/prompts</c>.</summary>
internal sealed record PromptQuery(string? Kind, string? Name, string? Language, Guid? Before, int Limit)
{
    private static readonly string[] Known = ["kind", "name", "language", "before", "limit"];

    public static PromptQuery Read(IQueryCollection query, int lengthMax, InputErrors errors)
    {
        foreach (var name in query.Keys.Where(name => !Known.Contains(name)))
        {
            errors.Add(name, $"is not a known query parameter. Known: {string.Join(", ", Known)}.");
        }

        return new(
            PageQuery.Single(query, "kind", errors),
            PageQuery.Single(query, "name", errors),
            PageQuery.Single(query, "language", errors),
            PageQuery.Single(query, "before", errors) is { } id ? JobIds.Parse(id, errors, "before") : null,
            PageQuery.ReadLimit(query, lengthMax, errors));
    }

    public PromptFilter ToFilter(int limit) => new() { Kind = Kind, Name = Name, Language = Language, Before = Before, Limit = limit };

    public string PathBefore(Guid? before)
    {
        string?[] parts =
        [
            Kind is null ? null : $"kind={Uri.EscapeDataString(Kind)}",
            Name is null ? null : $"name={Uri.EscapeDataString(Name)}",
            Language is null ? null : $"language={Uri.EscapeDataString(Language)}",
            before is null ? null : $"before={before}",
            string.Create(CultureInfo.InvariantCulture, $"limit={Limit}"),
        ];
        return "/api/prompts?" + string.Join('&', parts.Where(part => part is not null));
    }
}

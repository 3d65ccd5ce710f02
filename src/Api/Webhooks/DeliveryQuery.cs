using System.Globalization;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Core.Webhooks;

namespace Pipeline.Api.Webhooks;

/// <summary>The query of <c>GET /api/webhooks/deliveries</c>.</summary>
internal sealed record DeliveryQuery(Guid? JobId, Guid? BatchId, string? State, Guid? Before, int Limit)
{
    private static readonly string[] Known = ["job", "batch", "state", "before", "limit"];

    public static DeliveryQuery Read(IQueryCollection query, int lengthMax, InputErrors errors)
    {
        foreach (var name in query.Keys.Where(name => !Known.Contains(name)))
        {
            errors.Add(name, $"is not a known query parameter. Known: {string.Join(", ", Known)}.");
        }

        var state = PageQuery.Single(query, "state", errors);
        if (state is not null && !DeliveryState.All.Contains(state))
        {
            errors.Add("state", $"is \"{state}\": send one of {string.Join(", ", DeliveryState.All)}.");
        }

        return new(Id("job"), Id("batch"), state, Id("before"), PageQuery.ReadLimit(query, lengthMax, errors));

        Guid? Id(string name) => PageQuery.Single(query, name, errors) is { } id ? JobIds.Parse(id, errors, name) : null;
    }

    public DeliveryFilter ToFilter(int limit) => new() { JobId = JobId, BatchId = BatchId, State = State, Before = Before, Limit = limit };

    public string PathBefore(Guid? before)
    {
        string?[] parts =
        [
            JobId is null ? null : $"job={JobId}",
            BatchId is null ? null : $"batch={BatchId}",
            State is null ? null : $"state={State}",
            before is null ? null : $"before={before}",
            string.Create(CultureInfo.InvariantCulture, $"limit={Limit}"),
        ];
        return "/api/webhooks/deliveries?" + string.Join('&', parts.Where(part => part is not null));
    }
}

using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Usage;

internal static class UsageDocs
{
    public static readonly EndpointDoc Read = new()
    {
        Name = "getUsage",
        Tag = "usage",
        Summary = "Get what jobs took: jobs, tokens and worker time",
        Description = "Without `by`: of the client that asks, by day, kind and model. With `by`: of all clients together, for operators. A result counts within a few seconds; results from the cache cost nothing and are not counted. `cost` is there where the operator has set prices (Prices:MODEL:PromptPerMillion and the like).",
        Parameters =
        [
            new("query", UsageEndpoint.By, "key, kind, model or day: of all clients (operators only)."),
            new("query", UsageEndpoint.From, "First day (UTC), such as 2026-11-01; default 30 days up to `to`."),
            new("query", UsageEndpoint.To, "Last day (UTC), default today."),
            new("query", UsageEndpoint.Format, "json (default) or csv."),
        ],
        Answers =
        [
            new(200, "The sums.", typeof(UsageResource), """
                {"from":"2026-11-01","to":"2026-11-30","currency":"EUR","rows":[
                  {"kind":"emotion","model":"emotion-mini-ko-en","day":"2026-11-20","jobs":1240,"prompt_tokens":49600,"cached_tokens":24800,"completion_tokens":0,"worker_seconds":31.4,"cost":0.00744}]}
                """),
        ],
        Problems = [ProblemType.InvalidInput, ProblemType.Forbidden, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Busiest = new()
    {
        Name = "getBusiestClients",
        Tag = "usage",
        Summary = "Get the clients with the largest shares of the load",
        Description = "Of the newest jobs that came in the last hour, and of those that wait: how many are whose. It looks at a bounded number of jobs, however many there are.",
        Answers =
        [
            new(200, "The clients.", typeof(BusiestResource), """
                {"clients":[{"client":"nightly-import","accepted":18400,"waiting":16900},{"client":"web","accepted":1600,"waiting":12}],
                 "accepted":20000,"waiting":16912,"looked_at_max":20000}
                """),
        ],
        Problems = [ProblemType.Forbidden, .. SharedDocs.AnyCall],
    };
}

using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary><c>GET /api/kinds</c>: every kind that this server knows, with the schemas of its input and result.</summary>
internal static class KindsEndpoint
{
    private static readonly EndpointDoc Doc = new()
    {
        Name = "listKinds",
        Tag = "jobs",
        Summary = "List the kinds of jobs",
        Description = "Pipeline's own and those that this installation adds. `measure` and `score` name fields of the result: dots lead deeper, `[]` takes every element.",
        Answers = [new(200, "Every kind.", typeof(KindList), Write(new([KindDescription.Of(GiveFeedback.Descriptor)])))],
        Problems = SharedDocs.AnyCall,
    };

    public static void Map(IEndpointRouteBuilder api, JobCatalog catalog)
    {
        // Never changes while the process runs.
        var kinds = Write(new([.. catalog.All.Select(KindDescription.Of)]));
        api.MapGet("/kinds", () => Results.Text(kinds, "application/json")).Describe(Doc);
    }

    private static string Write(KindList kinds) => System.Text.Json.JsonSerializer.Serialize(kinds, KindJson.Unescaped.KindList);
}

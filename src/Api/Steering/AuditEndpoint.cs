using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <summary><c>GET /api/audit</c>: who did what.</summary>
internal static class AuditEndpoint
{
    private const string Action = "action";

    private static readonly EndpointDoc List = new()
    {
        Name = "listAudit",
        Tag = SteeringDocs.Tag,
        Summary = "List what operators and admins did, newest first",
        Description = "Every call that steers the pipeline, manages keys, or changes many jobs at once, with the body that was sent. Written before it is done: an entry without `status` was cut short, and may or may not have been done.",
        Parameters =
        [
            new("query", Action, "Only calls of this operation, such as pauseQueue."),
            new("query", "before", "Only entries older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers =
        [
            new(200, "A page.", typeof(AuditPageResource), """
                {"entries":[{"id":"019a9c1e-7f00-7000-8000-00000000000c","at":"2025-11-19T15:30:00+00:00","by":"alice","action":"putPause","target":"/api/pauses/queue/report",
                  "body":{"reason":"new model tonight"},"status":200}],"links":{"self":"/api/audit?limit=50"}}
                """),
        ],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/audit", ListAsync).RequireRole(Role.Operator).Describe(List);

    private static async Task<IResult> ListAsync(HttpContext context, AuditStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors, Action);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(query.Filters[Action], query.Before, query.Sought, context.RequestAborted), AuditResource.Of, entry => entry.Id);
        return Results.Json(new AuditPageResource(page, links), ApiJson.Wire.AuditPageResource);
    }
}

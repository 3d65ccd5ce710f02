using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;
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

/// <param name="Entries">Newest first.</param>
internal sealed record AuditPageResource(IReadOnlyList<AuditResource> Entries, PageLinks Links);

internal sealed record AuditResource
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    [Description("The client whose key was sent.")]
    public required string By { get; init; }

    [Description("The operation, by its id in this document.")]
    public required string Action { get; init; }

    [Description("The path that was called.")]
    public required string Target { get; init; }

    [Description("What was sent.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public string? Body { get; init; }

    [Description("What was answered; absent while it is being done, or where it was cut short.")]
    public int? Status { get; init; }

    [Description("How many jobs, where it was about jobs.")]
    public long? Affected { get; init; }

    public static AuditResource Of(AuditEntry entry) => new()
    {
        Id = entry.Id,
        At = JobDays.TimeOf(entry.Id),
        By = entry.By,
        Action = entry.Action,
        Target = entry.Target,
        Body = entry.Details,
        Status = entry.Status,
        Affected = entry.Affected,
    };
}

using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <summary><c>/api/jobs/cancel</c>, <c>/api/jobs/retry</c>, <c>/api/jobs/erase</c> and <c>/api/jobs/actions</c>: many jobs at once, by a filter.</summary>
internal static class JobActionsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/jobs/cancel", (HttpContext context, JobActions actions) => actions.AddAsync(context, JobAction.Cancel))
            .WithMetadata(new Audited()).Describe(JobActionsDocs.Cancel);
        api.MapPost("/jobs/retry", (HttpContext context, JobActions actions) => actions.AddAsync(context, JobAction.Retry))
            .WithMetadata(new Audited()).Describe(JobActionsDocs.Retry);
        api.MapPost("/jobs/erase", (HttpContext context, JobActions actions) => actions.AddAsync(context, JobAction.Erase))
            .WithMetadata(new Audited()).Describe(JobActionsDocs.Erase);
        api.MapGet("/jobs/actions", ListAsync).Describe(JobActionsDocs.List);
        api.MapGet("/jobs/actions/{id}", FindAsync).Describe(JobActionsDocs.Find);
        api.MapDelete("/jobs/actions/{id}", StopAsync).Describe(JobActionsDocs.Stop);
    }

    private static async Task<IResult> ListAsync(HttpContext context, JobActionStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(Asker(context), query.Before, query.Sought, context.RequestAborted), JobActionResource.Of, action => action.Id);
        return Results.Json(new JobActionPageResource(page, links), ApiJson.Wire.JobActionPageResource);
    }

    private static Task<IResult> FindAsync(string id, HttpContext context, JobActionStore store) =>
        JobIds.UseAsync(id, async actionId => Answer(actionId, await store.FindAsync(actionId, Asker(context), context.RequestAborted)));

    private static Task<IResult> StopAsync(string id, HttpContext context, JobActionStore store) => JobIds.UseAsync(id, async actionId =>
    {
        await store.StopAsync(actionId, Asker(context), context.RequestAborted);
        return Answer(actionId, await store.FindAsync(actionId, Asker(context), context.RequestAborted));
    });

    private static IResult Answer(Guid id, JobAction? action) => action is null
        ? new Problem(ProblemType.JobActionNotFound, $"There is no action {id}, or another client asked for it. GET /api/jobs/actions lists yours.")
        : Results.Json(JobActionResource.Of(action), ApiJson.Wire.JobActionResource);

    /// <summary>Whose actions a client sees: its own; an operator sees all.</summary>
    private static Guid? Asker(HttpContext context) => context.Client() is { Role: < Role.Operator, Id: var id } ? id : null;
}

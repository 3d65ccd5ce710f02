using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <summary><c>/api/workers</c>: the living workers, and their draining.</summary>
internal static class WorkersEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/workers", ListAsync).RequireRole(Role.Operator).Describe(SteeringDocs.ListWorkers);
        api.MapPut("/workers/{id}/drain", (string id, HttpContext context, WorkerStore store) => SetAsync(id, draining: true, context, store))
            .RequireRole(Role.Operator).Describe(SteeringDocs.DrainWorker);
        api.MapDelete("/workers/{id}/drain", (string id, HttpContext context, WorkerStore store) => SetAsync(id, draining: false, context, store))
            .RequireRole(Role.Operator).Describe(SteeringDocs.UndrainWorker);
    }

    private static async Task<IResult> ListAsync(HttpContext context, WorkerStore store) => Results.Json(
        new WorkersResource([.. (await store.ListAsync(context.RequestAborted)).Select(WorkerResource.Of)]), ApiJson.Wire.WorkersResource);

    private static Task<IResult> SetAsync(string id, bool draining, HttpContext context, WorkerStore store) => JobIds.UseAsync(id, async workerId =>
        await store.SetDrainingAsync(workerId, draining, context.RequestAborted) is { } worker
            ? Results.Json(WorkerResource.Of(worker), ApiJson.Wire.WorkerResource)
            : new Problem(ProblemType.WorkerNotFound, $"No worker {workerId} lives; a restarted one has another id. GET /api/workers lists those that do."));
}

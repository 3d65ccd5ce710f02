using Pipeline.Api.Clients;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Schedules;

namespace Pipeline.Api.Schedules;

/// <summary><c>/api/schedules</c>: recurring tasks, the same whichever library fires them.</summary>
internal static class SchedulesEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/schedules", ListAsync).Describe(SchedulesDocs.List);
        api.MapPost("/schedules/{id}/run", (string id, HttpContext context, ScheduleStore store) =>
            AnswerAsync(id, store.RequestAsync(id, context.RequestAborted), StatusCodes.Status202Accepted)).RequireRole(Role.Operator).Describe(SchedulesDocs.Run);
        api.MapPost("/schedules/{id}/pause", (string id, HttpContext context, ScheduleStore store) =>
            AnswerAsync(id, store.PauseAsync(id, context.RequestAborted), StatusCodes.Status200OK)).RequireRole(Role.Operator).Describe(SchedulesDocs.Pause);
        api.MapPost("/schedules/{id}/resume", (string id, HttpContext context, ScheduleStore store) =>
            AnswerAsync(id, store.ResumeAsync(id, context.RequestAborted), StatusCodes.Status200OK)).RequireRole(Role.Operator).Describe(SchedulesDocs.Resume);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ScheduleStore store) => Results.Json(
        new SchedulesResource([.. (await store.ListAsync(context.RequestAborted)).Select(ScheduleResource.Of)]), ApiJson.Wire.SchedulesResource);

    private static async Task<IResult> AnswerAsync(string id, Task<Schedule?> change, int status) => await change is { } schedule
        ? Results.Json(ScheduleResource.Of(schedule), ApiJson.Wire.ScheduleResource, statusCode: status)
        : new Problem(ProblemType.ScheduleNotFound, $"There is no recurring task \"{id}\", or no scheduler has started yet. GET /api/schedules lists those there are.");
}

using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Steering;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Users;

/// <summary><c>/api/users</c>: all that is kept of an end user of a client, by the tag that submissions carry.</summary>
internal static class UsersEndpoints
{
    // Of /api/users/{user}, behind the first slash.
    private const int UserSegment = 3;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/users/{user}/export", ExportAsync).Describe(UsersDocs.Export);
        api.MapDelete("/users/{user}", EraseAsync).WithMetadata(new Audited { HidesTarget = true }).Describe(UsersDocs.Erase);
    }

    private static Task<IResult> ExportAsync(string user, HttpContext context, UserExports exports) =>
        UseAsync(user, context, tag => Task.FromResult<IResult>(new UserExport(exports, context.ClientId(), tag)));

    private static Task<IResult> EraseAsync(string user, HttpContext context, JobActions actions) => UseAsync(user, context, tag => actions.BeginAsync(
        context, context.Features.Get<AuditedCall>()!.Id, NewJobAction.Erasure(JobActionScope.User, context.ClientId()) with { UserId = tag }));

    private static async Task<IResult> UseAsync(string user, HttpContext context, Func<string, Task<IResult>> use)
    {
        var errors = new InputErrors();
        QueryParameters.RefuseUnknown(context.Request.Query, errors);
        var tag = UserTag.OfPath(context, user, UserSegment, errors);
        return tag is null || errors.Any ? errors.ToProblem() : await use(tag);
    }
}

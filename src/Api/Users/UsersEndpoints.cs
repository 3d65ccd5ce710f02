using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Steering;
using Pipeline.Contracts;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Users;

/// <summary><c>/api/users</c>: all that is kept of an end user of a client, by the tag that submissions carry.</summary>
internal static class UsersEndpoints
{
    // Of /api/users/{user}, behind the first slash.
    private const int UserSegment = 3;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/users/{user}/export", Export).Describe(UsersDocs.Export);
        api.MapDelete("/users/{user}", EraseAsync).WithMetadata(new Audited { HidesTarget = true }).Describe(UsersDocs.Erase);
    }

    private static IResult Export(string user, HttpContext context, UserExports exports)
    {
        var errors = new InputErrors();
        QueryParameters.RefuseUnknown(context.Request.Query, errors);
        var tag = UserTag.OfPath(context, user, UserSegment, errors);
        return tag is null || errors.Any ? errors.ToProblem() : new UserExport(exports, context.ClientId(), tag);
    }

    private static async Task<IResult> EraseAsync(string user, HttpContext context, JobActions actions)
    {
        var errors = new InputErrors();
        QueryParameters.RefuseUnknown(context.Request.Query, errors);
        var tag = UserTag.OfPath(context, user, UserSegment, errors);
        return tag is null || errors.Any ? errors.ToProblem() : await actions.BeginAsync(context, context.Features.Get<AuditedCall>()!.Id, new()
        {
            Action = JobAction.Erase,
            Scope = JobActionScope.User,
            ClientId = context.ClientId(),
            States = [.. JobState.All],
            UserId = tag,
        });
    }
}

using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <summary><c>/api/pauses</c>: what operators hold back.</summary>
internal static class PausesEndpoints
{
    private const string Reason = "reason";
    private const int ReasonLengthMax = 200;

    private static readonly string[] Scopes = [.. Enum.GetValues<PauseScope>().Select(scope => scope.Word())];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/pauses", ListAsync).RequireRole(Role.Operator).Describe(SteeringDocs.ListPauses);
        api.MapPut("/pauses/{scope}/{name}", PutAsync).RequireRole(Role.Operator).Describe(SteeringDocs.PutPause);
        api.MapDelete("/pauses/{scope}/{name}", DeleteAsync).RequireRole(Role.Operator).Describe(SteeringDocs.DeletePause);
    }

    private static async Task<IResult> ListAsync(HttpContext context, PauseStore store) => Results.Json(
        new PausesResource([.. (await store.ListAsync(context.RequestAborted)).Select(PauseResource.Of)]), ApiJson.Wire.PausesResource);

    private static async Task<IResult> PutAsync(string scope, string name, HttpContext context, BodyReader bodies, PauseStore store, JobCatalog catalog, ClientStore clients)
    {
        if (BodyReader.HasNone(context.Request))
        {
            return await PauseAsync(reason: null);
        }

        return await bodies.ReadObjectAsync(context, async fields =>
        {
            var reason = fields.Take(Reason, JsonValueKind.String, required: false)?.GetString();
            fields.RefuseUnknown();
            if (reason?.Length > ReasonLengthMax)
            {
                fields.Errors.Add(Reason, $"has {reason.Length} characters: send at most {ReasonLengthMax}.");
            }

            return fields.Errors.Any ? fields.Errors.ToProblem() : await PauseAsync(reason);
        });

        async Task<IResult> PauseAsync(string? reason)
        {
            if (Scope(scope) is not { } known)
            {
                return Unknown(scope);
            }

            var clientId = known is PauseScope.Client ? await clients.FindIdAsync(name, context.RequestAborted) : null;
            string[] queues = known switch
            {
                PauseScope.Queue when catalog.Queues.Contains(name) => [name],
                PauseScope.Kind when catalog.TryFind(name, out var kind) => [.. kind.Queues],
                _ => [],
            };
            if (clientId is null && queues is [])
            {
                return NotFound(known, name, catalog);
            }

            await store.PauseAsync(known, name, queues, clientId, reason, context.ClientId(), context.RequestAborted);
            var pause = (await store.ListAsync(context.RequestAborted)).FirstOrDefault(pause => pause.Scope == scope && pause.Name == name);
            return pause is null ? Results.NoContent() : Results.Json(PauseResource.Of(pause), ApiJson.Wire.PauseResource);
        }
    }

    private static async Task<IResult> DeleteAsync(string scope, string name, HttpContext context, PauseStore store) =>
        Scope(scope) is not { } known ? Unknown(scope)
        : await store.ResumeAsync(known, name, context.RequestAborted) ? Results.NoContent()
        : new Problem(ProblemType.PauseNotFound, $"The {scope} '{name}' is not paused. GET /api/pauses lists what is.");

    private static PauseScope? Scope(string word) => Array.IndexOf(Scopes, word) is >= 0 and var index ? (PauseScope)index : null;

    private static Problem Unknown(string scope) =>
        new(ProblemType.PauseNotFound, $"\"{scope}\" is nothing that can be paused: write one of {string.Join(", ", Scopes)}.");

    private static Problem NotFound(PauseScope scope, string name, JobCatalog catalog) => new(ProblemType.PauseNotFound, scope switch
    {
        PauseScope.Queue => $"There is no queue '{name}'. There are {string.Join(", ", catalog.Queues)}.",
        PauseScope.Kind => $"There is no kind '{name}'. There are {string.Join(", ", catalog.All.Select(kind => kind.Name))}.",
        _ => $"There is no client '{name}' with a key in force. GET /api/keys lists them.",
    });
}

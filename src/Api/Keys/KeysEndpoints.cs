using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Steering;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Keys;

/// <summary><c>/api/keys</c>: who may call, and as what.</summary>
internal static class KeysEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/keys/me", (HttpContext context) => Results.Json(OwnKeyResource.Of(context.Client()), ApiJson.Wire.OwnKeyResource)).Describe(KeysDocs.Own);
        api.MapGet("/keys", ListAsync).RequireRole(Role.Admin).Describe(KeysDocs.List);
        api.MapPost("/keys", AddAsync).RequireRole(Role.Admin).Describe(KeysDocs.Add);
        api.MapPost("/keys/{name}/rotate", RotateAsync).RequireRole(Role.Admin).Describe(KeysDocs.Rotate);
        api.MapPatch("/keys/{name}", ChangeAsync).RequireRole(Role.Admin).Describe(KeysDocs.Change);
        api.MapPost("/keys/{name}/erase", EraseAsync).RequireRole(Role.Admin).Describe(KeysDocs.Erase);
        api.MapDelete("/keys/{name}", RevokeAsync).RequireRole(Role.Admin).Describe(KeysDocs.Revoke);
    }

    private static async Task<IResult> ListAsync(HttpContext context, KeyStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(query.Before, query.Sought, context.RequestAborted), key => KeyResource.Of(key, secret: null), key => key.Id);
        return Results.Json(new KeyPageResource(page, links), ApiJson.Wire.KeyPageResource);
    }

    private static Task<IResult> AddAsync(HttpContext context, BodyReader bodies, KeyStore store, TimeProvider time) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var wanted = KeyBodies.ReadNew(fields, time.GetUtcNow());
            return fields.Errors.Any ? fields.Errors.ToProblem() : Answer(await store.AddAsync(wanted, context.RequestAborted));
        });

    private static async Task<IResult> RotateAsync(string name, HttpContext context, BodyReader bodies, KeyStore store)
    {
        // Most send none, because the default is what they want.
        if (BodyReader.HasNone(context.Request))
        {
            return await RotateAsync(KeyTimes.GraceDefault);
        }

        return await bodies.ReadObjectAsync(context, async fields =>
        {
            var grace = KeyBodies.ReadGrace(fields);
            return fields.Errors.Any ? fields.Errors.ToProblem() : await RotateAsync(grace);
        });

        async Task<IResult> RotateAsync(TimeSpan grace) => Answer(await store.RotateAsync(name, grace, context.RequestAborted));
    }

    private static Task<IResult> ChangeAsync(string name, HttpContext context, BodyReader bodies, KeyStore store, TimeProvider time) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var change = KeyBodies.ReadChange(fields, time.GetUtcNow());
            return fields.Errors.Any ? fields.Errors.ToProblem() : Answer(await store.ChangeAsync(name, change, context.RequestAborted));
        });

    private static async Task<IResult> RevokeAsync(string name, HttpContext context, KeyStore store)
    {
        var errors = new InputErrors();
        var key = QueryParameters.Single(context.Request.Query, KeysDocs.KeyParameter, errors) is { } id ? JobIds.Parse(id, errors, KeysDocs.KeyParameter) : (Guid?)null;
        return errors.Any ? errors.ToProblem() : Answer(await store.RevokeAsync(name, key, context.RequestAborted));
    }

    private static async Task<IResult> EraseAsync(string name, HttpContext context, BodyReader bodies, KeyStore store, AuditStore audit, JobActions actions)
    {
        if (BodyReader.HasNone(context.Request))
        {
            return await BeginErasureAsync(name, revokedOnly: false, context, store, audit, actions);
        }

        return await bodies.ReadObjectAsync(context, async fields =>
        {
            var revokedOnly = KeyBodies.ReadRevokedOnly(fields);
            return fields.Errors.Any ? fields.Errors.ToProblem() : await BeginErasureAsync(name, revokedOnly, context, store, audit, actions);
        });
    }

    private static async Task<IResult> BeginErasureAsync(string name, bool revokedOnly, HttpContext context, KeyStore store, AuditStore audit, JobActions actions)
    {
        var reply = await store.BeginErasureAsync(name, revokedOnly, context.RequestAborted);
        if (reply is not KeyReply.Erasing erasing)
        {
            return Answer(reply);
        }

        // Each client's has an entry of its own, which says how many jobs it had.
        List<JobActionResource> added = [];
        foreach (var client in erasing.Clients)
        {
            var entry = added is [] ? context.Features.Get<AuditedCall>()!.Id : await audit.AddAsync(context.ClientId(), KeysDocs.Erase.Name, context.Request.Path, context.RequestAborted);
            added.Add(JobActionResource.Of(await actions.AddAsync(context, entry, NewJobAction.Erasure(JobActionScope.Client, client))));
        }

        return Results.Json(new ErasedClientsResource(added), ApiJson.Wire.ErasedClientsResource, statusCode: StatusCodes.Status202Accepted);
    }

    private static IResult Answer(KeyReply reply) => reply switch
    {
        KeyReply.Made made => Results.Json(KeyResource.Of(made.Key, made.Secret), ApiJson.Wire.KeyResource, statusCode: StatusCodes.Status201Created),
        KeyReply.Changed changed => Results.Json(KeyResource.Of(changed.Key, secret: null), ApiJson.Wire.KeyResource),
        KeyReply.Revoked => Results.NoContent(),
        KeyReply.Refused refused => Refusal(refused),
        _ => throw new InvalidOperationException($"{reply.GetType().Name} has no answer."),
    };

    private static Problem Refusal(KeyReply.Refused refused) => refused.Reason switch
    {
        KeyRefusal.NameTaken => new(ProblemType.KeyExists, refused.Message),
        KeyRefusal.NotFound => new(ProblemType.KeyNotFound, refused.Message),
        KeyRefusal.LastAdmin => new(ProblemType.LastAdmin, refused.Message),
        KeyRefusal.FirstIsAdmin => Problem.Of(ProblemType.InvalidInput, "role", $"is too low. {refused.Message}"),
        KeyRefusal.NoSuchClient => Problem.Of(ProblemType.InvalidInput, "same_client", $"is true. {refused.Message}"),
        _ => throw new InvalidOperationException($"{refused.Reason} has no problem type."),
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <summary>
/// Writes down every call that changes what is not the caller's own: whatever needs an operator and is no reading, and what says so
/// with <see cref="Audited"/>. No endpoint can forget it.
/// </summary>
internal sealed class AuditTrail(AuditStore store, ILogger<AuditTrail> log) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not { } endpoint || !IsAudited(endpoint, context.Request.Method))
        {
            await next(context);
            return;
        }

        var action = endpoint.Metadata.GetRequiredMetadata<IEndpointNameMetadata>().EndpointName;
        AuditedCall call = new(await store.AddAsync(context.ClientId(), action, TargetOf(endpoint, context), context.RequestAborted));
        context.Features.Set(call);
        await next(context);
        try
        {
            // Not cancellable: it is done, whether or not the caller still listens.
            await store.CompleteAsync(call.Id, context.Response.StatusCode, WithoutUser(call.Body), call.Affected, CancellationToken.None);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            log.AuditIncomplete(call.Id, context.Response.StatusCode, e.Message);
        }
    }

    /// <summary>What was erased leaves no name behind, here neither.</summary>
    private static string TargetOf(Endpoint endpoint, HttpContext context) =>
        endpoint.Metadata.GetMetadata<Audited>() is { HidesTarget: true } && endpoint is RouteEndpoint { RoutePattern.RawText: { } pattern } ? pattern : context.Request.Path;

    private static string? WithoutUser(JsonElement? body)
    {
        if (body is not { ValueKind: JsonValueKind.Object } sent || !sent.TryGetProperty(UserTag.Field, out _))
        {
            return body?.GetRawText();
        }

        var shown = JsonObject.Create(sent)!;
        shown[UserTag.Field] = "…";
        return shown.ToJsonString();
    }

    private static bool IsAudited(Endpoint endpoint, string method) =>
        endpoint.Metadata.GetMetadata<Audited>() is not null
        || (endpoint.Metadata.GetMetadata<RequiredRole>() is { Role: >= Role.Operator } && !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method));
}

/// <summary>Metadata of an endpoint that serves every client and is written down all the same.</summary>
internal sealed record Audited
{
    /// <summary>The path names somebody: the entry has its pattern instead.</summary>
    public bool HidesTarget { get; init; }
}

/// <summary>A call that is written down.</summary>
/// <param name="Id">Of its entry.</param>
internal sealed record AuditedCall(Guid Id)
{
    /// <summary>What was sent. Nothing that is audited carries texts or secrets.</summary>
    public JsonElement? Body { get; set; }

    /// <summary>How many jobs, where it was about jobs.</summary>
    public long? Affected { get; set; }
}

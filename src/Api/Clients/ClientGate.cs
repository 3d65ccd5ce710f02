using Microsoft.Extensions.Options;
using Pipeline.Api.Headers;
using Pipeline.Api.OpenAi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Limits;

namespace Pipeline.Api.Clients;

/// <summary>
/// Decides for whom a request below /api acts. With keys: for the client whose key it carries. Without any key: for the
/// local client, who may do everything, and only over loopback. <see cref="LoopbackRule"/> refuses to start otherwise; it is
/// checked again here because keys may go while a public address is being served, as with a database that is restored.
/// </summary>
internal sealed class ClientGate(ClientStore clients, IOptions<LimitOptions> limits) : IMiddleware
{
    private readonly ClientLimits _defaults = limits.Value.ToLimits();

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var (client, problem) = await IdentifyAsync(context);
        if (client is not null)
        {
            context.Features.Set(_defaults.Any ? client with { Limits = client.Limits.Over(_defaults) } : client);
            await next(context);
            return;
        }

        if (problem!.Type == ProblemType.Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"pipeline\"";
        }

        await problem.ExecuteAsync(context);
    }

    private async Task<(Client? Client, Problem? Problem)> IdentifyAsync(HttpContext context)
    {
        if (context.Features.Get<Client>() is { } visitor)
        {
            return (visitor, null); // Of a page of the console, which knows who looks at it.
        }

        if (ApiKeyHeader.Read(context.Request.Headers) is { } key)
        {
            var client = key.Length > 0 ? await clients.FindByKeyAsync(key, context.RequestAborted) : null;
            if (client is not null)
            {
                return (client, null);
            }

            // OpenAI's clients cannot send none: while no key exists, any is as good.
            if (!OpenAiRoutes.Has(context.Request.Path) || await clients.AnyKeysAsync(context.RequestAborted))
            {
                return (null, Unauthorized("The API key is unknown, expired or revoked. Send a current one; ./run keys add NAME makes one."));
            }
        }

        if (await clients.AnyKeysAsync(context.RequestAborted))
        {
            return (null, Unauthorized("The request carries no API key. Send Authorization: Bearer KEY; ./run keys add NAME makes one."));
        }

        return LocalRequest.Is(context)
            ? (Client.Local, null)
            : (null, new Problem(
                ProblemType.NotLocal,
                $"No API keys exist, so only requests from this machine to localhost are served; this one went to {context.Request.Host}. Run ./run keys add NAME."));
    }

    private static Problem Unauthorized(string detail) => new(ProblemType.Unauthorized, detail);
}

internal static class CurrentClient
{
    /// <summary>The client that a request acts for, as <see cref="ClientGate"/> found it.</summary>
    public static Client Client(this HttpContext context) =>
        context.Features.Get<Client>()
        ?? throw new InvalidOperationException("The endpoint lies outside /api, where no client is known.");

    public static Guid ClientId(this HttpContext context) => context.Client().Id;
}

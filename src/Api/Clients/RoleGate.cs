using Pipeline.Api.Problems;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Clients;

/// <summary>Refuses a client whose role is too low for the endpoint that it asks for. Endpoints without a <see cref="RequiredRole"/> serve every client.</summary>
internal sealed class RoleGate : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiredRole>() is not { Role: var needed })
        {
            return next(context);
        }

        var client = context.Client();
        return client.Role >= needed ? next(context) : Forbidden(client, needed).ExecuteAsync(context);
    }

    /// <summary>For an endpoint that serves every client, and more to some.</summary>
    public static Problem Forbidden(Client client, Role needed) => new(
        ProblemType.Forbidden,
        $"The key of '{client.Name}' has the role {client.Role.Word()}; this needs {needed.Word()}. "
        + $"Ask an admin for another role (PATCH /api/keys/{client.Name}) or another key (./run keys add NAME --role {needed.Word()}).");
}

using Pipeline.Core.Clients;

namespace Pipeline.Api.Clients;

/// <summary>The lowest role that an endpoint serves; metadata of the endpoint.</summary>
internal sealed record RequiredRole(Role Role);

internal static class RequiredRoleOfEndpoint
{
    public static TBuilder RequireRole<TBuilder>(this TBuilder endpoint, Role role)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequiredRole(role));
}

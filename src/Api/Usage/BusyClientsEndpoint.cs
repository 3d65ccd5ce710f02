using System.ComponentModel;
using Pipeline.Api.Clients;
using Pipeline.Api.OpenApi;
using Pipeline.Core.Clients;
using Pipeline.Core.Usage;

namespace Pipeline.Api.Usage;

/// <summary><c>GET /api/usage/busiest</c>: which clients the load of now is of.</summary>
internal static class BusyClientsEndpoint
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/usage/busiest", ReadAsync).RequireRole(Role.Operator).Describe(UsageDocs.Busiest);

    private static async Task<IResult> ReadAsync(HttpContext context, BusyClients clients)
    {
        var found = await clients.FindAsync(context.RequestAborted);
        BusiestResource busiest = new()
        {
            Clients = [.. found.Select(client => new BusyClientResource(client.Client, client.Accepted, client.Waiting))],
            Accepted = found is [var first, ..] ? first.AllAccepted : 0,
            Waiting = found is [var any, ..] ? any.AllWaiting : 0,
            LookedAtMax = BusyClients.LookMax,
        };
        return Results.Json(busiest, ApiJson.Wire.BusiestResource);
    }
}

internal sealed record BusiestResource
{
    [Description("At most 10, first the one with the largest share of what came or of what waits.")]
    public required IReadOnlyList<BusyClientResource> Clients { get; init; }

    [Description("Jobs of all clients that came in the last hour, as far as they were looked at.")]
    public required int Accepted { get; init; }

    [Description("Jobs of all clients that wait, as far as they were looked at.")]
    public required int Waiting { get; init; }

    [Description("How many of the newest jobs of the hour, and how many of those that wait, are looked at.")]
    public required int LookedAtMax { get; init; }
}

internal sealed record BusyClientResource(string Client, int Accepted, int Waiting);

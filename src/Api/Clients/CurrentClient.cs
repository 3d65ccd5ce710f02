namespace Pipeline.Api.Clients;

/// <summary>The client a request acts for; set by <see cref="ClientGate"/>.</summary>
internal sealed record CurrentClient(Guid Id);

internal static class CurrentClientOfRequest
{
    public static Guid ClientId(this HttpContext context) =>
        context.Features.Get<CurrentClient>()?.Id
        ?? throw new InvalidOperationException("The endpoint lies outside /api, where no client is known.");
}

using System.Text.Json;
using Pipeline.Client.Wire;

namespace Pipeline.Client.Webhooks;

/// <summary>The secrets that webhooks are signed with.</summary>
public sealed class WebhookClient
{
    private readonly Transport _transport;

    internal WebhookClient(Transport transport) => _transport = transport;

    /// <summary>Makes a secret, which is shown only now. Keep it, and give it to a <see cref="WebhookVerifier"/>.</summary>
    public async Task<WebhookSecret> CreateSecretAsync(CancellationToken cancellationToken) => _transport.Read(
        await _transport.ReadAsync(() => new(HttpMethod.Post, "api/webhooks/secrets"), cancellationToken),
        element => element.Deserialize(ClientJson.Default.WebhookSecret) ?? throw new JsonException("The secret is null."));
}

/// <param name="Secret">Begins with <c>whsec_</c>.</param>
public sealed record WebhookSecret(Guid Id, string Secret, DateTimeOffset CreatedAt);

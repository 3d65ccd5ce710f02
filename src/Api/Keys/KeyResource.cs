using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Keys;

/// <summary>A key as admins see it.</summary>
[Description("An API key. Fields without a value are omitted.")]
internal sealed record KeyResource
{
    [Description("UUIDv7 of the key; while it is rotated, a name has several.")]
    public required Guid Id { get; init; }

    [Description("The client that holds it.")]
    public required string Name { get; init; }

    [Description("client, operator or admin: the role of the client.")]
    public required string Role { get; init; }

    [Description("The client's share of a queue that others wait for too: with weight 3 it gets three times the tokens of one with weight 1.")]
    public required double Weight { get; init; }

    [Description("The client's own limits; absent if it has none.")]
    public LimitsResource? Limits { get; init; }

    [Description("active, expired or revoked.")]
    public required string State { get; init; }

    [Description("How the key begins; absent for keys from before this was kept.")]
    public string? Prefix { get; init; }

    [Description("The key. Shown only in this answer.")]
    public string? Key { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When it ends; absent if never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("Up to a minute late; absent if it was not used yet.")]
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public static KeyResource Of(StoredKey key, string? secret) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Role = key.Role.Word(),
        Weight = key.Weight,
        Limits = LimitsResource.Of(key),
        State = key.State,
        Prefix = key.Prefix,
        Key = secret,
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        LastUsedAt = key.LastUsedAt,
        RevokedAt = key.RevokedAt,
    };
}

/// <param name="Keys">Newest first.</param>
internal sealed record KeyPageResource(IReadOnlyList<KeyResource> Keys, PageLinks Links);

/// <summary>What every client may know of the key that it sends.</summary>
[Description("The key that the request was sent with.")]
internal sealed record OwnKeyResource
{
    [Description("The client; local while there are no keys.")]
    public required string Name { get; init; }

    [Description("client, operator or admin.")]
    public required string Role { get; init; }

    [Description("The limits that hold for the client: its own, and those of all clients; absent if there are none.")]
    public LimitsResource? Limits { get; init; }

    [Description("When the key ends; absent if never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    public static OwnKeyResource Of(Client client) => new()
    {
        Name = client.Name,
        Role = client.Role.Word(),
        Limits = LimitsResource.Of(client.Limits),
        ExpiresAt = client.ExpiresAt,
    };
}

using System.ComponentModel;

namespace Pipeline.Api.Keys;

internal sealed record KeyRequest
{
    [Description("Who will use the key: 1 to 64 letters, digits, '.', '-' and '_'.")]
    public required string Name { get; init; }

    [Description("client (default), operator or admin. The first key is an admin's.")]
    public string? Role { get; init; }

    [Description("RFC 3339 time at which the key ends; without it never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("true gives the key to the revoked client that had this name last, with its jobs and all else; default false: a new client.")]
    public bool? SameClient { get; init; }
}

internal sealed record KeyChangeRequest
{
    [Description("client, operator or admin.")]
    public string? Role { get; init; }

    [Description("The client's share of a queue that others wait for too: 0.01 to 100, 1 unless set.")]
    public double? Weight { get; init; }

    [Description("Limits of the client; those that are not named stay, and null ends one.")]
    public LimitsResource? Limits { get; init; }

    [Description("RFC 3339 time at which the newest key ends, older ones no later; null for never.")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed record ErasureRequest
{
    [Description("true spares whoever has the name now; default false.")]
    public bool? RevokedOnly { get; init; }
}

/// <param name="Actions">One for each client that had the name.</param>
internal sealed record ErasedClientsResource(IReadOnlyList<Steering.JobActionResource> Actions);

internal sealed record RotationRequest
{
    [Description("How long the other keys of the client go on working: 24h (default), 30m, 7d; 0s ends them at once.")]
    public string? Grace { get; init; }
}

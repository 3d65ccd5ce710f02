using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>What a request body asks for, checked, before it has ids.</summary>
internal sealed record JobDraft
{
    public required JobKind Kind { get; init; }

    /// <summary>One job for each; never empty.</summary>
    public required IReadOnlyList<IJob> Inputs { get; init; }

    /// <summary>Whether the client sent a list, and so gets a list back, even of one.</summary>
    public required bool IsList { get; init; }

    public required JobPriority Priority { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

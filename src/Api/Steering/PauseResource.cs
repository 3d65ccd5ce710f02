using System.ComponentModel;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <param name="Pauses">By scope and name.</param>
internal sealed record PausesResource(IReadOnlyList<PauseResource> Pauses);

[Description("Something that is held back: none of its jobs starts until it is resumed.")]
internal sealed record PauseResource
{
    [Description("queue, kind or client.")]
    public required string Scope { get; init; }

    public required string Name { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset PausedAt { get; init; }

    [Description("The client whose key was sent.")]
    public required string PausedBy { get; init; }

    public static PauseResource Of(Pause pause) => new()
    {
        Scope = pause.Scope,
        Name = pause.Name,
        Reason = pause.Reason,
        PausedAt = pause.PausedAt,
        PausedBy = pause.PausedBy,
    };
}

/// <summary>The body for readers of the document.</summary>
internal sealed record PauseRequest
{
    [Description("Shown with every job that waits for it; at most 200 characters.")]
    public string? Reason { get; init; }
}

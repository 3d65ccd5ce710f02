namespace Pipeline.Core.Steering;

/// <summary>A row of <c>pauses</c>.</summary>
public sealed record Pause
{
    /// <summary>The word of a <see cref="PauseScope"/>.</summary>
    public required string Scope { get; init; }

    public required string Name { get; init; }

    public required string[] Queues { get; init; }

    public Guid? ClientId { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset PausedAt { get; init; }

    /// <summary>A client's name.</summary>
    public required string PausedBy { get; init; }
}

/// <summary>What is held back by its name.</summary>
public enum PauseScope
{
    Queue,
    Kind,
    Client,
}

public static class PauseScopeWords
{
    public static string Word(this PauseScope scope) => scope switch
    {
        PauseScope.Queue => "queue",
        PauseScope.Kind => "kind",
        _ => "client",
    };
}

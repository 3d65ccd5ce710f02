namespace Pipeline.Inference.Residence;

/// <summary>Where a model is between disk and memory.</summary>
public enum ModelPhase
{
    /// <summary>On disk only.</summary>
    Absent,

    /// <summary>On its way into memory.</summary>
    Loading,

    /// <summary>In memory and warm.</summary>
    Loaded,

    /// <summary>On its way out.</summary>
    Leaving,
}

/// <summary>A model as <see cref="ResidencePolicy"/> sees it at one moment.</summary>
internal sealed record ResidentModel
{
    public required string File { get; init; }

    public required ModelPhase Phase { get; init; }

    public required ModelFootprint Footprint { get; init; }

    /// <summary>Requests that run on it.</summary>
    public int Users { get; init; }

    /// <summary>Requests that wait for it, because it is not loaded or takes nothing new.</summary>
    public int Waiting { get; init; }

    /// <summary>How long the first of them has waited.</summary>
    public TimeSpan WaitingFor { get; init; }

    /// <summary>A name is being moved to it: that is not put off.</summary>
    public bool IsUrgent { get; init; }

    /// <summary>The name that is being moved means it now: it makes room before others do.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>False once no name means it any more.</summary>
    public bool IsNamed { get; init; } = true;

    /// <summary>It takes nothing new, and leaves when what runs on it is done.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Since its last request ended.</summary>
    public TimeSpan IdleFor { get; init; }

    /// <summary>Since it was loaded.</summary>
    public TimeSpan LoadedFor { get; init; }

    /// <summary>What its last load took; zero where it was never loaded.</summary>
    public TimeSpan LoadTime { get; init; }

    public bool IsIdle => Users is 0 && Waiting is 0;
}

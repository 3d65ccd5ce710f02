namespace Pipeline.Chaos;

/// <summary>What a run is made of.</summary>
public sealed record ChaosOptions
{
    /// <summary>Jobs that clients submit, alone, several at a time, and in batches.</summary>
    public required int Jobs { get; init; }

    /// <summary>Decides the order of the faults and whom each of them hits; what happens meanwhile is the machine's.</summary>
    public required int Seed { get; init; }

    /// <summary>From the start of a fault to the start of the next, whether it is over or not.</summary>
    public required TimeSpan FaultEvery { get; init; }

    /// <summary>How often each kind of fault occurs at least. The jobs are spread over as long as that takes.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>Whether the broker's data is deleted in the middle.</summary>
    public bool LosesBroker { get; init; }

    /// <summary>After this the run has failed: clients could not submit everything.</summary>
    public TimeSpan DurationMax { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Whether the jobs are the lines of one file, whose batch runs while the four processes that it needs are killed in turn, until it has ended and
    /// its files were read.
    /// </summary>
    public bool AsFile { get; init; }

    /// <summary>How long a worker takes for each job.</summary>
    public TimeSpan JobTime { get; init; }

    /// <summary>Where servers keep everything; deleted at the end.</summary>
    public required string Servers { get; init; }

    /// <summary>Where the roles' output goes, and what clients were told. Emptied at the start; stays.</summary>
    public required string Logs { get; init; }
}

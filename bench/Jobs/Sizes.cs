namespace Pipeline.Bench.Jobs;

/// <summary>How much is measured.</summary>
internal sealed record Sizes
{
    /// <summary>Connections that submit at a time, each waiting for its answer.</summary>
    public const int Connections = 32;

    public required int Rounds { get; init; }

    /// <summary>Jobs of one measurement.</summary>
    public required int Jobs { get; init; }

    /// <summary>Jobs before the first measurement of a side that is compiled while it runs.</summary>
    public required int WarmUp { get; init; }

    /// <summary>Jobs of a latency measurement, one after the other.</summary>
    public required int OneByOne { get; init; }

    /// <summary>Seconds of one intake measurement.</summary>
    public required int IntakeSeconds { get; init; }

    /// <summary>Fewer for Celery, so that no side takes most of the time; it has as many a second however many there are.</summary>
    public int CeleryJobs => Math.Max(1, Jobs / 5);

    /// <summary>CPython compiles nothing while it runs.</summary>
    public int CeleryWarmUp => Math.Max(1, WarmUp / 20);

    public static Sizes Full(int rounds, int jobs) => new() { Rounds = rounds, Jobs = jobs, WarmUp = 20_000, OneByOne = 500, IntakeSeconds = 10 };

    public static Sizes Quick { get; } = new() { Rounds = 1, Jobs = 1_000, WarmUp = 500, OneByOne = 50, IntakeSeconds = 2 };
}

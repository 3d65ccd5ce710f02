namespace Pipeline.Bench.Jobs.Measures;

/// <summary>One figure of one side; measured once a round.</summary>
internal interface IMeasure
{
    /// <summary>Side and question, such as "raw.bulk"; ratios name their parts so.</summary>
    string Name { get; }

    /// <summary>What <see cref="Sample.Value"/> counts.</summary>
    string Unit { get; }

    /// <summary>Code is compiled and pools are filled before anything counts.</summary>
    Task WarmUpAsync(CancellationToken cancellationToken);

    Task<Sample> MeasureAsync(CancellationToken cancellationToken);
}

/// <summary>One measurement.</summary>
/// <param name="Value">In the unit of the measure; of a latency the median.</param>
/// <param name="BusyCores">Busy cores of the whole machine.</param>
internal sealed record Sample(double Value, double BusyCores)
{
    /// <summary>Of a latency, what 99 of 100 stayed below.</summary>
    public double? P99 { get; init; }
}

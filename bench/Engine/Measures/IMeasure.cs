namespace Pipeline.Bench.Engine.Measures;

/// <summary>One figure of one side. Prepared and cleaned up outside of what it times; measured once a round.</summary>
internal interface IMeasure
{
    /// <summary>Side and question, such as "bare.decode8"; ratios name their parts so.</summary>
    string Name { get; }

    /// <summary>What <see cref="Sample.PerSecond"/> counts.</summary>
    string Unit { get; }

    Task<Sample> MeasureAsync(CancellationToken cancellationToken);
}

/// <summary>One measurement.</summary>
/// <param name="Count">Tokens or texts that were done.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="CpuSeconds">CPU time of the measured process; far below threads × wall time means that the machine was busy.</param>
internal sealed record Sample(double Count, double Seconds, double CpuSeconds)
{
    public double PerSecond => Count / Seconds;
}

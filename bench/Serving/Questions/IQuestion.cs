using Pipeline.Bench.Serving.Sides;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>One question to every side, asked once a round.</summary>
internal interface IQuestion
{
    /// <summary>Names its figures, such as "decode8" or "load90".</summary>
    string Name { get; }

    /// <summary>What <see cref="MeasureAsync"/> returns, in that order.</summary>
    IReadOnlyList<Figure> Figures { get; }

    /// <summary>Rounds in which it is asked; one for those that take long and differ little.</summary>
    int RoundsMax => int.MaxValue;

    /// <summary>Whether a side is asked at all.</summary>
    bool Asks(IServingSide side) => true;

    /// <param name="round">The texts of a round are the same for all sides and never come again.</param>
    /// <exception cref="Measuring.BenchException">The side did not do the work that was asked for.</exception>
    Task<double[]> MeasureAsync(IServingSide side, int round, CancellationToken cancellationToken);
}

/// <param name="Name">As ratios and records name it.</param>
/// <param name="Unit">"ms" counts against a side, any other for it.</param>
internal sealed record Figure(string Name, string Unit)
{
    public bool IsTime => Unit == "ms";
}

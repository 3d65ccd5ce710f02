using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Measures;

/// <summary>One job in flight: from its submission until the submitter has its result.</summary>
/// <param name="oneByOne">Runs this many jobs and returns the milliseconds of each.</param>
internal sealed class Latency(
    string name, int jobs, Results results, Func<int, CancellationToken, Task<IReadOnlyList<double>>> oneByOne, TimeProvider time) : IMeasure
{
    public string Name => name;

    public string Unit => "ms";

    /// <summary>What warms up a side that no other measure does.</summary>
    public IMeasure? Before { get; init; }

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await (Before?.WarmUpAsync(cancellationToken) ?? Task.CompletedTask);
        await MeasureAsync(cancellationToken);
    }

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        await results.ClearAsync(cancellationToken);
        BusyClock clock = new(time);
        double[] milliseconds = [.. (await oneByOne(jobs, cancellationToken)).Order()];
        return new(Median.Of(milliseconds), clock.Cores) { P99 = milliseconds[(int)(milliseconds.Length * 0.99)] };
    }
}

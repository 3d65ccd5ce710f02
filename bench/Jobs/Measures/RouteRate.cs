namespace Pipeline.Bench.Jobs.Measures;

/// <summary>Jobs a second of a route, its results read.</summary>
/// <param name="run">Sends this many jobs and reads their results.</param>
internal sealed class RouteRate(string name, int jobs, int warmUp, Results results, Func<int, CancellationToken, Task> run, TimeProvider time) : IMeasure
{
    public string Name => name;

    public string Unit => "jobs/s";

    public Task WarmUpAsync(CancellationToken cancellationToken) => run(warmUp, cancellationToken);

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        await results.ClearAsync(cancellationToken);
        BusyClock clock = new(time);
        await run(jobs, cancellationToken);
        return new(jobs / clock.Seconds, clock.Cores);
    }
}

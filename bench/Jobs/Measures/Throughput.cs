namespace Pipeline.Bench.Jobs.Measures;

/// <summary>From the first submission to the last durable result.</summary>
/// <param name="submit">Hands this many jobs to the side.</param>
internal sealed class Throughput(
    string name, int jobs, int warmUp, Results results, Func<int, CancellationToken, Task> submit, TimeProvider time) : IMeasure
{
    public string Name => name;

    public string Unit => "jobs/s";

    public Task WarmUpAsync(CancellationToken cancellationToken) => RunAsync(warmUp, cancellationToken);

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        BusyClock clock = await RunAsync(jobs, cancellationToken);
        return new(jobs / clock.Seconds, clock.Cores);
    }

    private async Task<BusyClock> RunAsync(int count, CancellationToken cancellationToken)
    {
        await results.ClearAsync(cancellationToken);
        BusyClock clock = new(time);

        // Nobody waits a minute for the results of jobs that were refused.
        using CancellationTokenSource refused = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task finished = results.WaitAsync(count, refused.Token);
        try
        {
            await submit(count, cancellationToken);
        }
        catch
        {
            await refused.CancelAsync();
            throw;
        }

        await finished;
        return clock;
    }
}

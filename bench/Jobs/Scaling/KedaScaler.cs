namespace Pipeline.Bench.Jobs.Scaling;

/// <summary>
/// How many workers KEDA and the autoscaler that it feeds want, by a metric whose target is 1 a worker: nothing to one as soon as there
/// is load, the load rounded up from then on, never less than was wanted within the stabilization time, and nothing again after the
/// cooldown without load.
/// </summary>
internal sealed class KedaScaler(int workersMax, TimeSpan stabilization, TimeSpan cooldown, TimeProvider time)
{
    // The autoscaler leaves alone what is this near to its target.
    private const double Tolerance = 0.1;

    private readonly Queue<(long At, int Workers)> _wanted = new();
    private long _active = time.GetTimestamp();

    /// <param name="load">As the endpoint tells it.</param>
    /// <param name="workers">Those that there are.</param>
    public int Next(double load, int workers)
    {
        if (load > 0)
        {
            _active = time.GetTimestamp();
        }

        if (workers is 0)
        {
            return load > 0 ? 1 : 0;
        }

        if (load <= 0 && time.GetElapsedTime(_active) >= cooldown)
        {
            return 0;
        }

        double perWorker = load / workers;
        int proposal = Math.Abs(perWorker - 1) <= Tolerance ? workers : Math.Clamp((int)Math.Ceiling(load), 1, workersMax);
        _wanted.Enqueue((time.GetTimestamp(), proposal));
        while (time.GetElapsedTime(_wanted.Peek().At) > stabilization)
        {
            _wanted.Dequeue();
        }

        // It grows at once, and shrinks to the most that was wanted lately.
        return proposal > workers ? proposal : Math.Min(workers, _wanted.Max(entry => entry.Workers));
    }
}

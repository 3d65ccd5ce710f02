namespace Pipeline.Chaos.Clients;

/// <summary>What all clients together submit, spread evenly over the time in which faults happen.</summary>
internal sealed class Workload
{
    private const int SeveralMax = 20;
    private const int BatchMax = 400;
    private const double SeveralShare = 0.2;
    private const double BatchShare = 0.03;
    private const double FileShare = 0.02;

    private readonly Queue<Submission> _submissions;
    private readonly Lock _lock = new();
    private readonly int _jobs;

    public Workload(int jobs, int seed)
    {
        (_jobs, _submissions) = (jobs, []);
        var random = new Random(seed);
        for (var first = 0; first < jobs;)
        {
            var shape = random.NextDouble() switch
            {
                < BatchShare => SubmissionShape.Batch,
                < BatchShare + FileShare => SubmissionShape.File,
                < BatchShare + FileShare + SeveralShare => SubmissionShape.Several,
                _ => SubmissionShape.Single,
            };
            var count = shape switch
            {
                SubmissionShape.Single => 1,
                SubmissionShape.Several => random.Next(2, SeveralMax + 1),
                _ => random.Next(SeveralMax, BatchMax + 1),
            };
            count = Math.Min(count, jobs - first);
            _submissions.Enqueue(new(shape, seed, first, count));
            first += count;
        }
    }

    private Workload(Submission file) => (_jobs, _submissions) = (file.Count, new([file]));

    /// <summary>All of them as the lines of one file.</summary>
    public static Workload OfFile(int lines, int seed) => new(new Submission(SubmissionShape.File, seed, First: 0, lines));

    /// <summary>The next one and when it is due, as a share of the run's time; null when there are no more.</summary>
    public (Submission Submission, double Due)? Next()
    {
        lock (_lock)
        {
            return _submissions.TryDequeue(out var next) ? (next, (double)next.First / _jobs) : null;
        }
    }
}

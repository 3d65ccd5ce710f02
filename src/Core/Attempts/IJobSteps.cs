namespace Pipeline.Core.Attempts;

/// <summary>
/// What a long job has finished so far, in Postgres: an attempt that ends half-way loses only the steps that were under way.
/// A step must follow from the input alone, so that it does not matter which attempt made it.
/// </summary>
public interface IJobSteps
{
    /// <summary>Says how many steps the job has, which makes its progress visible, and returns those that are finished, by number.</summary>
    Task<IReadOnlyDictionary<int, string>> BeginAsync(Guid jobId, int total, CancellationToken cancellationToken);

    /// <summary>Keeps a finished step. Of two that are the same, the first stays.</summary>
    Task SaveAsync(Guid jobId, int step, string resultJson, CancellationToken cancellationToken);
}

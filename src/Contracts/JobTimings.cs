namespace Pipeline.Contracts;

/// <summary>Where a job's time went, in milliseconds.</summary>
/// <param name="QueuedMs">From acceptance (or the last retry) to the start of the attempt that finished.</param>
/// <param name="RunningMs">From that start to the answer.</param>
public sealed record JobTimings(double QueuedMs, double RunningMs);

namespace Pipeline.Contracts;

/// <summary>The values of <c>jobs.state</c>; docs/ARCHITECTURE.md draws the transitions.</summary>
public static class JobState
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Canceled = "canceled";
    public const string Expired = "expired";

    public static IReadOnlyList<string> All { get; } = [Queued, Running, Succeeded, Failed, Canceled, Expired];

    public static bool IsFinal(string state) => state is Succeeded or Failed or Canceled or Expired;
}

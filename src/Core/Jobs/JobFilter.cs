namespace Pipeline.Core.Jobs;

/// <summary>Which jobs to list, newest first.</summary>
public sealed record JobFilter
{
    public string? State { get; init; }

    public string? Kind { get; init; }

    /// <summary>Only jobs accepted before this one.</summary>
    public Guid? Before { get; init; }

    public required int Limit { get; init; }
}

namespace Pipeline.Cli.Wire;

/// <summary>How one try of a request ended. A refusal that no retry can mend is a <see cref="CommandException"/>.</summary>
internal abstract record Attempt
{
    private Attempt()
    {
    }

    /// <summary>With a body that is what was asked for.</summary>
    internal sealed record Answered(string Body) : Attempt;

    /// <summary>The queue is full: not a failure, but pressure to slow down.</summary>
    internal sealed record Busy(TimeSpan? RetryAfter, string Reason) : Attempt;

    /// <summary>The connection broke or the service is away for a moment; whether the request was accepted is unknown.</summary>
    internal sealed record Broken(TimeSpan? RetryAfter, string Reason) : Attempt;
}

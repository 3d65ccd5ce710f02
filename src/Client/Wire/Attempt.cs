using System.Net;

namespace Pipeline.Client.Wire;

/// <summary>How a try of a request failed that may be tried again.</summary>
internal abstract record Attempt(TimeSpan? RetryAfter, string Reason, PipelineProblem? Problem, HttpStatusCode? Status)
{
    /// <summary>The queue is full or a limit is reached: not a failure, but pressure to slow down.</summary>
    internal sealed record Busy(TimeSpan? RetryAfter, string Reason, PipelineProblem? Problem, HttpStatusCode? Status) : Attempt(RetryAfter, Reason, Problem, Status);

    /// <summary>The connection broke or the service is away for a moment; whether the request was accepted is unknown.</summary>
    internal sealed record Broken(TimeSpan? RetryAfter, string Reason, PipelineProblem? Problem, HttpStatusCode? Status) : Attempt(RetryAfter, Reason, Problem, Status);

    public PipelineException Spent(string more) => new($"{Reason} {more}") { Problem = Problem, Status = Status };
}

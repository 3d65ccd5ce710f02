using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary>A final job without a result, for clients that know no jobs.</summary>
internal static class JobFailure
{
    /// <summary>Null when it succeeded.</summary>
    public static Problem? Of(Job job) => job switch
    {
        { State: JobState.Succeeded } => null,
        { State: JobState.Failed, ErrorCode: JobErrorCode.Rejected, Error: { } reason } => new(ProblemType.JobRejected, reason),
        { State: JobState.Failed } => new(ProblemType.JobFailed, $"Job {job.Id} failed ({job.ErrorCode}): {job.Error}"),
        _ => new(ProblemType.JobFailed, $"Job {job.Id} was {job.State} before it had an answer."),
    };
}

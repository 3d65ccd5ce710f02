using Pipeline.Api.Clients;
using Pipeline.Api.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Events;

/// <summary>Accepts a job whose client subscribes to it from the first word: the subscription is there before the row.</summary>
internal sealed class StreamedSubmissions(JobIntake intake, JobStore store, JobStreams streams)
{
    /// <param name="context">The request.</param>
    /// <param name="submission">Of one job.</param>
    /// <param name="format">Makes the format of the stream, by the job's id.</param>
    /// <param name="cancelsOnDisconnect">Whether the job ends with its client.</param>
    public async Task<IResult> SubmitAsync(
        HttpContext context, Submission submission, Func<Guid, IStreamFormat> format, bool cancelsOnDisconnect)
    {
        var job = submission.Jobs.Single();
        if (!streams.TryOpen(submission.ClientId, job.Id, isNew: true, out var stream, out var full))
        {
            return full;
        }

        JobStreamResult? result = null;
        try
        {
            var reply = await intake.SubmitAsync(submission with { Jobs = [job with { Subscriber = stream.Address }] }, context.RequestAborted);
            if (reply is not SubmissionReply.Accepted { JobIds: [var id] } accepted)
            {
                return SubmissionProblems.Of(reply, context.Client(), submission.Key?.Value);
            }

            if (accepted.Replayed)
            {
                return await ReplayAsync(context, submission.ClientId, id, format, cancelsOnDisconnect);
            }

            context.Response.Headers.Location = JobLinks.PathOf(id);
            return result = new JobStreamResult(stream, format(id)) { CancelsOnDisconnect = cancelsOnDisconnect };
        }
        finally
        {
            if (result is null)
            {
                stream.Dispose();
            }
        }
    }

    /// <summary>The job of an earlier request with the same key, wherever it has got to.</summary>
    private async Task<IResult> ReplayAsync(
        HttpContext context, Guid clientId, Guid jobId, Func<Guid, IStreamFormat> format, bool cancelsOnDisconnect)
    {
        if (await store.FindAsync(clientId, jobId, context.RequestAborted) is not { } job)
        {
            return JobsEndpoints.NotFound(jobId);
        }

        if (!streams.TryOpen(clientId, jobId, isNew: false, out var stream, out var full))
        {
            return full;
        }

        stream.Subscription.Observe(job);
        context.Response.Headers.Location = JobLinks.PathOf(jobId);
        context.Response.Headers[IdempotencyKeyHeader.ReplayedName] = "true";
        return new JobStreamResult(stream, format(jobId)) { CancelsOnDisconnect = cancelsOnDisconnect };
    }
}

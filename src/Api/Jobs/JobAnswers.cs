using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Headers;
using Pipeline.Api.InterviewReports;
using Pipeline.Api.Limits;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;
using Pipeline.Core.Results;

namespace Pipeline.Api.Jobs;

/// <summary>Answers an accepted submission: at once with 202, or when the jobs are final with 200; of the cache they are at once.</summary>
internal sealed class JobAnswers(JobStore store, JobWaits waits, IOptions<ApiOptions> options, TimeProvider time, ILogger<JobAnswers> log)
{
    /// <summary>Holds the request until the jobs are final.</summary>
    /// <param name="draft">Makes the answer of jobs that are all final.</param>
    public async Task<IResult> FinishAsync(HttpContext context, Guid clientId, SubmissionReply.Accepted accepted, JobDraft draft, bool cancelsOnDisconnect)
    {
        var jobIds = accepted.JobIds;
        var headers = context.Response.Headers;
        headers.Location = JobLinks.PathOf(jobIds[0]);
        if (accepted.Replayed)
        {
            headers[IdempotencyKeyHeader.ReplayedName] = "true";
        }

        var (atMost, limit) = draft.HeldFor is { } wish ? (wish, "Prefer: wait") : (options.Value.CompletionWaitMax, "Api:CompletionWaitMax");
        try
        {
            var found = await waits.WaitAsync(clientId, jobIds, atMost, context.RequestAborted);
            var byId = found.ToDictionary(job => job.Id);
            return found.All(job => JobState.IsFinal(job.State))
                ? draft.Finished!([.. jobIds.Select(id => byId[id])])
                : new Problem(
                    ProblemType.NotFinished,
                    $"The answer was not there after {atMost:c} ({limit}), or the server is being stopped. Its job continues: GET {JobLinks.PathOf(jobIds[0])}.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested && cancelsOnDisconnect)
        {
            foreach (var jobId in jobIds)
            {
                // The client's token is what ended; its jobs have to be ended all the same.
                await store.CancelAsync(clientId, jobId, CancellationToken.None);
            }

            throw;
        }
    }

    public async Task<IResult> AnswerAsync(
        HttpContext context, Submission submission, SubmissionReply.Accepted accepted, PreferHeader prefer, JobDraft draft)
    {
        var jobs = await ReadAsync(submission, accepted, prefer.Wait, context.RequestAborted);
        var headers = context.Response.Headers;
        prefer.Confirm(headers);
        if (accepted.Replayed)
        {
            headers[IdempotencyKeyHeader.ReplayedName] = "true";
        }

        var isFinal = (prefer.Wait is not null || accepted.Cached.Count > 0) && jobs.All(job => JobState.IsFinal(job.State));
        var status = isFinal ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        if (draft.IsList)
        {
            return Results.Json(new JobListResource(jobs), ApiJson.Wire.JobListResource, statusCode: status);
        }

        if (draft.Answer is { } answer)
        {
            return await answer(jobs[0], context, status);
        }

        headers[HeaderNames.Location] = jobs[0].Links.Self;
        return InterviewReportPage.Of(context, jobs[0]) ?? Results.Json(jobs[0], ApiJson.Wire.JobResource, statusCode: status);
    }

    private async Task<IReadOnlyList<JobResource>> ReadAsync(
        Submission submission, SubmissionReply.Accepted accepted, TimeSpan? wait, CancellationToken cancellationToken)
    {
        if (wait is null && !accepted.Replayed && accepted.Cached.Count is 0)
        {
            return AsAccepted(submission);
        }

        try
        {
            var jobs = wait is { } atMost
                ? await waits.WaitAsync(submission.ClientId, accepted.JobIds, atMost, cancellationToken)
                : await store.FindManyAsync(submission.ClientId, accepted.JobIds, cancellationToken);
            var byId = jobs.ToDictionary(job => job.Id, JobResource.Of);
            return [.. accepted.JobIds.Select(id => byId[id])];
        }
        catch (Exception exception) when (!accepted.Replayed && TransientErrors.IsTransient(exception))
        {
            // The jobs are durable. A 503 would say the opposite, and a client without a key would submit them twice.
            log.AcceptedUnread(exception, accepted.JobIds.Count);
            return AsAccepted(submission);
        }
    }

    /// <summary>The jobs as the intake wrote them, without reading them back: the common answer costs no second query.</summary>
    private List<JobResource> AsAccepted(Submission submission)
    {
        var now = time.GetUtcNow();
        return [.. submission.Jobs.Select(job => new JobResource
        {
            Id = job.Id,
            Kind = job.Kind,
            Queue = job.Queue,
            Priority = JobPriorityWords.OfQueue(job.Kind, job.Queue),
            ResubmittedFrom = job.ResubmittedFrom,
            State = JobState.Queued,
            Attempt = 0,
            CreatedAt = now,
            ExpiresAt = job.ExpiresAt,
            Deadline = job.Deadline,
            Links = JobLinks.Of(job.Id, JobState.Queued),
        })];
    }
}

/// <summary>Why a submission was not accepted.</summary>
internal static class SubmissionProblems
{
    public static Problem Of(SubmissionReply refused, Client client, string? key) => refused switch
    {
        SubmissionReply.LimitReached { Limit: var limit } => LimitProblems.Of(limit, client),
        SubmissionReply.Refused refusal => new(ProblemType.ConversationState, refusal.Reason),
        SubmissionReply.KeyReused => new(
            ProblemType.KeyReused,
            $"{IdempotencyKeyHeader.Name} \"{key}\" was used before with another payload. Use a new key for a new request."),
        SubmissionReply.ModelCannotWrite { Kind: var kind, Setting: var setting } => new(ProblemType.ModelCannotWrite, WriterRemedy.For(kind, setting)),
        SubmissionReply.QueueFull full => new(
            ProblemType.QueueFull,
            $"Queue {full.Queue} holds {full.Depth} waiting jobs; at most {full.DepthMax} are accepted (Queues:{full.Queue}:DepthMax). Send again later, or add workers.")
        {
            RetryAfter = full.RetryAfter,
        },
        var other => throw new InvalidOperationException($"The intake answered {other.GetType().Name}, which is not handled."),
    };
}

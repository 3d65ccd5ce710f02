using Microsoft.Extensions.Options;
using Pipeline.Api.BareResults;
using Pipeline.Api.Clients;
using Pipeline.Api.Headers;
using Pipeline.Api.InterviewReports;
using Pipeline.Api.Limits;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;
using Pipeline.Core.Relay;
using Pipeline.Core.Results;

namespace Pipeline.Api.Jobs;

/// <summary><c>/api/jobs</c>: submit any kind, read, list, cancel, retry.</summary>
internal static class JobsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/jobs", SubmitAsync).Describe(JobsDocs.Submit);
        JobSearchEndpoints.Map(api);
        api.MapGet("/jobs/{id}", FindAsync).Describe(JobsDocs.Find);
        api.MapDelete("/jobs/{id}", DeleteAsync).Describe(JobsDocs.Cancel);
        api.MapPost("/jobs/{id}/retry", RetryAsync).Describe(JobsDocs.Retry);
    }

    private static Task<IResult> SubmitAsync(
        HttpContext context, JobSubmissions submissions, JobCatalog catalog, IOptions<ApiOptions> options, IOptions<InputLimits> limits, TimeProvider time) =>
        submissions.SubmitAsync(context, fields => KindDraft.Parse(catalog, fields, options.Value, limits.Value, time.GetUtcNow()));

    private static async Task<IResult> FindAsync(
        string id, HttpContext context, JobStore store, OthersJobs others, JobWaits waits, WaitingJobs waiting, JobCatalog catalog,
        IOptions<ApiOptions> options)
    {
        if (context.Request.Query.ContainsKey(JobsDocs.ClientParameter))
        {
            return await others.FindAsync(id, context);
        }

        var errors = new InputErrors();
        var jobId = JobIds.Parse(id, errors);
        var prefer = PreferHeader.Read(context.Request.Headers, options.Value.WaitMax, errors);
        var isBare = ResultChoice.Read(context.Request, options.Value, errors) is true;
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var job = await store.FindAsync(context.ClientId(), jobId, context.RequestAborted);
        if (job is not null && prefer.Wait is { } wait && !JobState.IsFinal(job.State))
        {
            var waited = await waits.WaitAsync(context.ClientId(), [jobId], wait, context.RequestAborted);
            job = waited.SingleOrDefault();
        }

        if (job is null)
        {
            return NotFound(jobId);
        }

        prefer.Confirm(context.Response.Headers);
        if (isBare && catalog.TryFind(job.Kind, out var kind))
        {
            return BareAnswer.Of(context, job, kind);
        }

        var resource = JobResource.Of(job, await waiting.FindAsync(job, context.RequestAborted));
        return InterviewReportPage.Of(context, resource) ?? Results.Json(resource, ApiJson.Wire.JobResource);
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, JobStore store)
    {
        var errors = new InputErrors();
        var jobId = JobIds.Parse(id, errors);
        var erases = QueryParameters.Flag(context.Request.Query, JobsDocs.EraseParameter, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (erases is true)
        {
            return await EraseAsync(jobId, context, store);
        }

        return await store.CancelAsync(context.ClientId(), jobId, context.RequestAborted) switch
        {
            JobChange.Done done => Results.Json(JobResource.Of(done.Job), ApiJson.Wire.JobResource),
            JobChange.Refused when erases is null => await EraseAsync(jobId, context, store),
            JobChange.Refused refused => new Problem(
                ProblemType.JobState, $"Job {jobId} is {refused.Job.State} already; only queued and running jobs can be canceled."),
            _ => NotFound(jobId),
        };
    }

    private static async Task<IResult> EraseAsync(Guid jobId, HttpContext context, JobStore store) =>
        await store.EraseAsync(context.ClientId(), jobId, context.RequestAborted) ? Results.NoContent() : NotFound(jobId);

    private static Task<IResult> RetryAsync(string id, HttpContext context, JobRetries retries) => JobIds.UseAsync(id, async jobId =>
    {
        switch (await retries.RetryAsync(context.ClientId(), context.Client().Limits, jobId, context.RequestAborted))
        {
            case JobChange.Done done:
                context.Response.Headers.Location = JobLinks.PathOf(jobId);
                return Results.Json(JobResource.Of(done.Job), ApiJson.Wire.JobResource, statusCode: StatusCodes.Status202Accepted);
            case JobChange.LimitReached { Limit: var limit }:
                return LimitProblems.Of(limit, context.Client());
            case JobChange.Refused refused:
                return new Problem(
                    ProblemType.JobState,
                    $"Job {jobId} is {refused.Job.State}; only failed, canceled and expired jobs can be retried. Submit a new job instead.");
            default:
                return NotFound(jobId);
        }
    });

    public static Problem NotFound(Guid id) =>
        new(ProblemType.JobNotFound, $"Job {id} does not exist, or belongs to another API key. GET /api/jobs lists yours.");
}

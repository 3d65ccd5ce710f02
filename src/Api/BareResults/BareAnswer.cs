using System.Text;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.InterviewReports;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenAi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.BareResults;

/// <summary>Answers with results alone: one, or an array where a list was sent; where one is missing, with the problem.</summary>
internal static class BareAnswer
{
    /// <param name="jobs">All final, in the order of the request.</param>
    /// <param name="view">Makes the body out of a result.</param>
    public static IResult Of(HttpContext context, IReadOnlyList<Job> jobs, bool isList, Func<string, string> view)
    {
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (jobs.Select(JobFailure.Of).FirstOrDefault(problem => problem is not null) is { } problem)
        {
            return problem;
        }

        if (!isList && InterviewReportPage.Of(context, JobResource.Of(jobs[0])) is { } page)
        {
            return page;
        }

        var results = jobs.Select(job => view(job.Result!));
        return Results.Text(isList ? $"[{string.Join(',', results)}]" : results.Single(), ResultChoice.TypeOf(context.Request), Encoding.UTF8);
    }

    /// <summary>A job that was asked for by its id.</summary>
    public static IResult Of(HttpContext context, Job job, JobKind kind) => JobState.IsFinal(job.State)
        ? Of(context, [job], isList: false, kind.View)
        : new Problem(ProblemType.NotFinished, $"Job {job.Id} is {job.State} and has no result yet. Ask again with Prefer: wait=60, or without view=result for the job as it is.");
}

using Microsoft.Extensions.Options;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>A path of one kind's own, without the envelope of <c>POST /api/jobs</c>: the body is the input.</summary>
internal static class KindEndpoint
{
    public static void Map<TJob, TResult>(IEndpointRouteBuilder api, string path, EndpointDoc doc)
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        var kind = JobCatalog.Get(TJob.Kind);
        api.MapPost(path, SubmitAsync).Describe(doc);

        Task<IResult> SubmitAsync(
            HttpContext context, JobSubmissions submissions, IOptions<ApiOptions> options, IOptions<InputLimits> limits, TimeProvider time) =>
            submissions.SubmitAsync(context, fields => KindDraft.Parse(kind, fields, options.Value, limits.Value, time.GetUtcNow()));
    }
}

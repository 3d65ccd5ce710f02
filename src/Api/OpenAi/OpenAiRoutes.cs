using System.Diagnostics;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenAi.Batches;
using Pipeline.Api.OpenAi.Files;
using Pipeline.Api.OpenAi.Responses;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary>Everything below <c>/v1</c> speaks the language of OpenAI's clients, its failures too.</summary>
internal static class OpenAiRoutes
{
    public const string Root = "/v1";

    public static bool Has(PathString path) => path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase);

    /// <summary>Every answer names its request, and HEAD is GET without the body.</summary>
    public static void UseOpenAi(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (Has(context.Request.Path))
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers["x-request-id"] = $"req_{Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier}";
                return Task.CompletedTask;
            });
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Request.Method = HttpMethods.Get;
            }
        }

        return next(context);
    });

    public static void Map(IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup(Root);
        ModelsEndpoint.Map(v1);
        OpenAiEmbeddingsEndpoint.Map(v1);
        CompletionsEndpoint.Map(v1);
        PlainEndpoint.Map(v1);
        FilesEndpoints.Map(v1);
        FileBatchesEndpoints.Map(v1);
        ResponsesEndpoints.Map(v1);
    }
}

/// <summary>A final job without a result, for clients that know no jobs.</summary>
internal static class JobFailure
{
    /// <summary>Null when it succeeded.</summary>
    public static Problem? Of(Job job) => Of(job.Id, job.State, job.ErrorCode, job.Error);

    /// <summary>The same of a final job as clients see it.</summary>
    public static Problem? Of(JobResource job) => Of(job.Id, job.State, job.Error?.Code, job.Error?.Message);

    private static Problem? Of(Guid id, string state, string? code, string? error) => (state, code, error) switch
    {
        (JobState.Succeeded, _, _) => null,
        (JobState.Failed, JobErrorCode.ContextLengthExceeded, { } reason) => new(ProblemType.ContextLengthExceeded, reason),
        (JobState.Failed, JobErrorCode.Rejected, { } reason) => new(ProblemType.JobRejected, reason),
        (JobState.Failed, _, _) => new(ProblemType.JobFailed, $"Job {id} failed ({code}): {error}"),
        _ => new(ProblemType.JobEnded, $"Job {id} was {state} before it had an answer. Submit it again if it is still wanted."),
    };
}

using Microsoft.Extensions.Options;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Emotion;

/// <summary><c>POST /api/emotion</c>: the main job, without the envelope of <c>POST /api/jobs</c>.</summary>
internal static class EmotionEndpoint
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/emotion", AnalyzeAsync).Describe(EmotionDocs.Analyze);

    private static Task<IResult> AnalyzeAsync(
        HttpContext context, JobSubmissions submissions, IOptions<ApiOptions> options, IOptions<InputLimits> limits, TimeProvider time) =>
        submissions.SubmitAsync(
            context, fields => EmotionDraft.Parse(fields, options.Value, limits.Value, time.GetUtcNow()));
}

using Microsoft.Extensions.Options;
using Pipeline.Api.Embeddings;
using Pipeline.Api.Emotion;
using Pipeline.Api.InterviewReports;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>The path of each kind, without the envelope of <c>POST /api/jobs</c>: the body is the input.</summary>
internal static class KindEndpoints
{
    private static readonly Dictionary<string, KindBody> Bodies = new(StringComparer.Ordinal)
    {
        [AnalyzeEmotion.Kind] = EmotionBody.Body,
        [EmbedTexts.Kind] = EmbeddingsBody.Body,
        [InterviewReport.Kind] = InterviewReportBody.Body,
    };

    public static void Map(IEndpointRouteBuilder api, JobCatalog catalog)
    {
        foreach (var kind in catalog.All.Where(kind => kind.Route is not null))
        {
            Map(api, kind, Bodies.GetValueOrDefault(kind.Name));
        }
    }

    private static void Map(IEndpointRouteBuilder api, JobKind kind, KindBody? body)
    {
        api.MapPost(kind.Route!, SubmitAsync).Describe(KindDocs.Of(kind, body));

        Task<IResult> SubmitAsync(
            HttpContext context, JobSubmissions submissions, IOptions<ApiOptions> options, IOptions<InputLimits> limits, TimeProvider time) =>
            body is null
                ? submissions.SubmitAsync(context, fields => KindDraft.Parse(kind, fields, options.Value, limits.Value, time.GetUtcNow()))
                : submissions.SubmitAsync(context, fields => body.ReadAsync(fields, new(context, options.Value, limits.Value, time.GetUtcNow())));
    }
}

using Microsoft.Extensions.Options;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Embeddings;

/// <summary><c>POST /api/embeddings</c>: texts as vectors.</summary>
internal static class EmbeddingsEndpoint
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/embeddings", EmbedAsync).Describe(EmbeddingsDocs.Embed);

    private static Task<IResult> EmbedAsync(
        HttpContext context, JobSubmissions submissions, IOptions<ApiOptions> options, IOptions<InputLimits> limits, TimeProvider time) =>
        submissions.SubmitAsync(
            context, fields => EmbeddingsDraft.Parse(fields, options.Value, limits.Value, time.GetUtcNow()));
}

using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary><c>POST /v1/embeddings</c>: embedding jobs that their client waits for.</summary>
internal static class OpenAiEmbeddingsEndpoint
{
    public static void Map(IEndpointRouteBuilder v1) => v1.MapPost("/embeddings", EmbedAsync).Describe(OpenAiDocs.Embed);

    public static IResult Answer(IReadOnlyList<Job> jobs, string model, bool isBase64)
    {
        if (jobs.Select(JobFailure.Of).FirstOrDefault(problem => problem is not null) is { } problem)
        {
            return problem;
        }

        var results = jobs.Select(job => JsonSerializer.Deserialize(job.Result!, EmbedTexts.ResultJson)!).ToList();
        var tokens = results.Sum(result => result.Usage.PromptTokens);
        if (results.SelectMany(result => result.Problems ?? []).FirstOrDefault() is { } refused)
        {
            return new Problem(ProblemType.JobRejected, refused.Message); // OpenAI's shape has all vectors or none.
        }

        var vectors = results.SelectMany(result => result.Embeddings).Select(vector => vector!);
        return Results.Json(
            new EmbeddingsAnswer(
                model,
                [.. vectors.Select((vector, index) => new EmbeddingEntry(index, isBase64 ? Base64(vector) : vector))],
                new(tokens, tokens)),
            OpenAiJson.Wire.EmbeddingsAnswer);
    }

    // The bytes as they lie in memory: every machine that this runs on is little-endian, as the clients expect.
    private static string Base64(float[] vector) => Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan()));

    private static Task<IResult> EmbedAsync(HttpContext context, JobSubmissions submissions, ModelNames models, IOptions<ApiOptions> options, IOptions<InputLimits> limits) =>
        submissions.SubmitAsync(context, fields => EmbeddingsDraft.Parse(fields, models, options.Value, limits.Value));
}

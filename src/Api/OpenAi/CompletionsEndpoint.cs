using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>: a chat job that its client waits for or streams.</summary>
internal static class CompletionsEndpoint
{
    public static void Map(IEndpointRouteBuilder v1) => v1.MapPost("/chat/completions", CompleteAsync).Describe(OpenAiDocs.Complete);

    /// <summary>Clients show it; the job behind an answer can be found by it.</summary>
    public static string IdOf(Guid jobId) => $"chatcmpl-{jobId}";

    public static ChatResult ResultOf(Job job) => JsonSerializer.Deserialize(job.Result!, CompleteChat.ResultJson)!;

    public static IResult Answer(Job job, string model, long created)
    {
        if (JobFailure.Of(job) is { } problem)
        {
            return problem;
        }

        var result = ResultOf(job);
        return Results.Json(
            new Completion
            {
                Id = IdOf(job.Id),
                Created = created,
                Model = model,
                SystemFingerprint = result.Model,
                Choices = [new(0, CompletionAnswer.Of(result), result.FinishReason) { Logprobs = CompletionLogprobs.Of(result) }],
                Usage = CompletionUsage.Of(result.Usage),
            },
            OpenAiJson.Wire.Completion);
    }

    private static Task<IResult> CompleteAsync(
        HttpContext context, JobSubmissions submissions, ModelNames models, IOptions<InputLimits> limits, TimeProvider time) =>
        submissions.SubmitAsync(context, fields => CompletionDraft.Parse(fields, models, limits.Value, time.GetUtcNow()));
}

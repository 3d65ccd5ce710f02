using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.OpenAi;

/// <summary><c>POST /v1/completions</c>: a chat of one message, for clients from before there were messages.</summary>
internal static class PlainEndpoint
{
    // What asks for nothing; any other value would change the answer.
    private static readonly (string Name, string Nothing, string Remedy)[] Unavailable =
    [
        ("best_of", "1", "one answer is made"), ("echo", "false", "the prompt is not repeated"), ("suffix", "\"\"", "nothing is inserted into a text"),
        ("logprobs", "0", "POST /v1/chat/completions has them"),
    ];

    public static void Map(IEndpointRouteBuilder v1) => v1.MapPost("/completions", CompleteAsync).Describe(OpenAiDocs.Plain);

    public static string IdOf(string chatId) => $"cmpl-{chatId[(chatId.IndexOf('-', StringComparison.Ordinal) + 1)..]}";

    private static Task<IResult> CompleteAsync(
        HttpContext context, JobSubmissions submissions, ModelNames models, IOptions<InputLimits> limits, TimeProvider time) =>
        submissions.SubmitAsync(context, fields => Parse(fields, models, limits.Value, time.GetUtcNow()));

    private static JobDraft? Parse(BodyFields fields, ModelNames models, InputLimits limits, DateTimeOffset now)
    {
        var ignored = CompletionFields.Take(fields);
        foreach (var (name, nothing, remedy) in Unavailable)
        {
            if (fields.TakeAny(name) is { } value && value.GetRawText() != nothing)
            {
                fields.Errors.Add(name, $"is {value.GetRawText()}, which would change the answer: {remedy}.");
            }
        }

        if (fields.Read(OpenAiJson.Default.PlainRequest) is not { } request)
        {
            return null;
        }

        if (Prompt(request.Prompt) is not { } prompt)
        {
            fields.Errors.Add("prompt", "is neither a text nor an array of one text. Send several requests; they share the model.");
            return null;
        }

        var created = now.ToUnixTimeSeconds();
        return CompletionDraft.Of(request.ToChat(prompt), ignored, fields.Errors, models, limits, now, field => field is "messages[0].content" ? "prompt" : field) with
        {
            Stream = request.Stream is true ? id => new ChunkFormat(id, request.Model, created, request.StreamOptions?.IncludeUsage is true) { IsPlain = true } : null,
            Finished = jobs => Answer(jobs[0], request.Model, created),
        };
    }

    private static string? Prompt(JsonElement prompt) => prompt switch
    {
        { ValueKind: JsonValueKind.String } => prompt.GetString(),
        { ValueKind: JsonValueKind.Array } when prompt.GetArrayLength() is 1 && prompt[0].ValueKind is JsonValueKind.String => prompt[0].GetString(),
        _ => null,
    };

    private static IResult Answer(Job job, string model, long created)
    {
        if (JobFailure.Of(job) is { } problem)
        {
            return problem;
        }

        var result = CompletionsEndpoint.ResultOf(job);
        return Results.Json(
            new PlainCompletion(IdOf(CompletionsEndpoint.IdOf(job.Id)), created, model, [new(0, result.Content, result.FinishReason)])
            {
                SystemFingerprint = result.Model,
                Usage = CompletionUsage.Of(result.Usage),
            },
            OpenAiJson.Wire.PlainCompletion);
    }
}

using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>Turns a request of OpenAI's clients into a <see cref="CompleteChat"/>.</summary>
internal static class CompletionDraft
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public static JobDraft? Parse(BodyFields fields, InputLimits limits, DateTimeOffset now)
    {
        if (fields.Read(OpenAiJson.Default.CompletionRequest) is not { } request)
        {
            return null;
        }

        ModelNames.Check(request.Model, CompleteChat.Kind, fields.Errors);
        var input = Input(request, fields.Errors);
        foreach (var problem in input.Validate(limits))
        {
            var isRenamed = problem.Field is "max_tokens" && request.MaxCompletionTokens is not null;
            fields.Errors.Add(isRenamed ? "max_completion_tokens" : problem.Field, problem.Message);
        }

        var created = now.ToUnixTimeSeconds();
        return new JobDraft
        {
            Kind = CompleteChat.Descriptor,
            Inputs = [input],
            IsList = false,
            SchemaPath = "response_format.json_schema.schema",
            Priority = JobPriority.Interactive,
            Stream = request.Stream is true ? id => new ChunkFormat(id, created, request.StreamOptions?.IncludeUsage is true) : null,
            Finished = jobs => CompletionsEndpoint.Answer(jobs[0], created),
        };
    }

    private static CompleteChat Input(CompletionRequest request, InputErrors errors)
    {
        if (request.N is not (null or 1))
        {
            errors.Add("n", $"is {request.N}: one answer is given. Send several requests; they share the model.");
        }

        if (request.StreamOptions is not null && request.Stream is not true)
        {
            errors.Add("stream_options", "is there without \"stream\": true.");
        }

        if (request.TopLogprobs is not null && request.Logprobs is not true)
        {
            errors.Add("top_logprobs", "is there without \"logprobs\": true.");
        }

        return new CompleteChat
        {
            Messages = CompletionText.Messages(request.Messages, errors),
            Temperature = request.Temperature,
            TopP = request.TopP,
            Seed = request.Seed,
            Stop = CompletionText.Stops(request.Stop, errors),
            PresencePenalty = request.PresencePenalty,
            FrequencyPenalty = request.FrequencyPenalty,
            MaxTokens = request.MaxCompletionTokens ?? request.MaxTokens,
            TopLogprobs = request.Logprobs is true ? request.TopLogprobs ?? 0 : null,
            Schema = Schema(request.ResponseFormat, errors),
        };
    }

    private static JsonElement? Schema(CompletionFormat? format, InputErrors errors)
    {
        switch (format)
        {
            case null or { Type: "text" }:
                return null;
            case { Type: "json_object" }:
                return AnyObject;
            case { Type: "json_schema", JsonSchema: { } named }:
                return named.Schema;
            case { Type: "json_schema" }:
                errors.Add("response_format.json_schema", "is required: send an object with name and schema.");
                return null;
            default:
                errors.Add("response_format.type", $"is \"{format.Type}\": send text, json_object or json_schema.");
                return null;
        }
    }
}

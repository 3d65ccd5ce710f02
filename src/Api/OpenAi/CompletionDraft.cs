using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>Turns a request of OpenAI's clients into a <see cref="CompleteChat"/>.</summary>
internal static class CompletionDraft
{
    private const string SchemaField = "response_format.json_schema.schema";

    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public static JobDraft? Parse(BodyFields fields, ModelNames models, InputLimits limits, DateTimeOffset now)
    {
        var ignored = CompletionFields.Take(fields);
        if (fields.Read(OpenAiJson.Default.CompletionRequest) is not { } request)
        {
            return null;
        }

        return Of(request, ignored, fields.Errors, models, limits, now);
    }

    /// <param name="ignored">Fields that were there and are left alone.</param>
    /// <param name="rename">What the client calls a field; null: as the request does.</param>
    public static JobDraft Of(
        CompletionRequest request, IReadOnlyList<string> ignored, InputErrors errors, ModelNames models, InputLimits limits, DateTimeOffset now, Func<string, string>? rename = null)
    {
        models.Check(request.Model, CompleteChat.Kind, errors);
        var input = Input(request, limits, errors, rename ?? (field => field));
        foreach (var problem in input.Validate(limits))
        {
            var field = FieldOf(problem.Field, request);
            errors.Add(rename?.Invoke(field) ?? field, problem.Message);
        }

        if (input.Messages.Any(message => message.Content.Length > limits.TextLengthMax))
        {
            errors.Type = ProblemType.ContextLengthExceeded;
        }

        var created = now.ToUnixTimeSeconds();
        return new JobDraft
        {
            Kind = CompleteChat.Descriptor,
            Inputs = [input],
            IsList = false,
            FieldOf = field => FieldOf(field, request),
            EndsWithItsClient = true,
            Headers = Headers(request, ignored, input),
            Priority = JobPriority.Interactive,
            Stream = request.Stream is true ? id => new ChunkFormat(id, request.Model, created, request.StreamOptions?.IncludeUsage is true) : null,
            Finished = jobs => CompletionsEndpoint.Answer(jobs[0], request.Model, created),
        };
    }

    /// <summary>A field of the kind's input, as the client wrote it.</summary>
    private static string FieldOf(string field, CompletionRequest request) => field switch
    {
        "schema" => SchemaField,
        "max_tokens" when request.MaxCompletionTokens is not null => "max_completion_tokens",
        _ when field.EndsWith("].name", StringComparison.Ordinal) && field.Contains(".tool_calls[", StringComparison.Ordinal) => $"{field[..^4]}function.name",
        _ when field.EndsWith("].arguments", StringComparison.Ordinal) => $"{field[..^9]}function.arguments",
        _ => CompletionTools.FieldOf(field),
    };

    private static Dictionary<string, string> Headers(CompletionRequest request, IReadOnlyList<string> ignored, CompleteChat input)
    {
        Dictionary<string, string> headers = [];
        List<string> alone = [.. ignored, .. WithoutTheirSwitch(request)];
        if (alone.Count > 0)
        {
            headers[CompletionFields.IgnoredHeader] = string.Join(", ", alone);
        }

        if (input.MaxTokens < (request.MaxCompletionTokens ?? request.MaxTokens))
        {
            headers[CompletionFields.AdjustedHeader] = $"{FieldOf("max_tokens", request)}={input.MaxTokens}";
        }

        return headers;
    }

    /// <summary>Fields that ask for something of what is not asked for; 0 and {} ask for nothing.</summary>
    private static IEnumerable<string> WithoutTheirSwitch(CompletionRequest request)
    {
        if (request is { Stream: not true, StreamOptions.IncludeUsage: true })
        {
            yield return "stream_options"; // The answer has its usage.
        }

        if (request is { Logprobs: not true, TopLogprobs: > 0 })
        {
            yield return "top_logprobs";
        }
    }

    private static CompleteChat Input(CompletionRequest request, InputLimits limits, InputErrors errors, Func<string, string> rename)
    {
        if (request.N is not (null or 1))
        {
            errors.Add("n", $"is {request.N}: one answer is given. Send several requests; they share the model.");
        }

        var (tools, choice) = CompletionTools.Choose(CompletionTools.Read(request.Tools, errors), request.ToolChoice, errors, rename);
        return new CompleteChat
        {
            Model = request.Model == CompleteChat.Kind ? null : request.Model,
            Messages = CompletionMessages.Read(request.Messages, errors),
            Temperature = request.Temperature,
            TopP = request.TopP,
            Seed = request.Seed,
            Stop = CompletionText.Stops(request.Stop, errors),
            PresencePenalty = request.PresencePenalty,
            FrequencyPenalty = request.FrequencyPenalty,
            MaxTokens = (request.MaxCompletionTokens ?? request.MaxTokens) is { } wanted ? Math.Min(wanted, limits.OutputTokensMax) : null,
            TopLogprobs = request.Logprobs is true ? request.TopLogprobs ?? 0 : null,
            Schema = Schema(request.ResponseFormat, errors),
            Tools = tools.Count > 0 ? tools : null,
            ToolChoice = tools.Count > 0 || choice is ToolChoices.Required ? choice : null,
            ParallelToolCalls = tools.Count > 0 ? request.ParallelToolCalls : null,
            Truncation = Truncations.Disabled, // Clients cut the history themselves when they are told, and would not notice a warning.
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

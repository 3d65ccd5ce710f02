using System.Diagnostics;
using Pipeline.Inference.Generation;

namespace Pipeline.Inference.Telemetry;

/// <summary>
/// Every name under which the engine reports itself: OpenTelemetry's GenAI conventions where they have one, names of our
/// own for what they do not know.
/// </summary>
public static class InferenceTelemetry
{
    /// <summary>Name of the meter and of the activity source; hosts add it to OpenTelemetry.</summary>
    public const string Name = "Pipeline.Inference";

    /// <summary>Requests in the batch.</summary>
    public const string ActiveSequences = "pipeline.inference.sequences.active";

    /// <summary>Places of the batch that are free.</summary>
    public const string FreeSequences = "pipeline.inference.sequences.free";

    /// <summary>Prefixes that the KV cache keeps for the next prompts.</summary>
    public const string CachedPrefixes = "pipeline.inference.prefixes";

    /// <summary>Requests that were sent back to waiting because the KV cache was full.</summary>
    public const string Evictions = "pipeline.inference.evictions";

    /// <summary>Forward passes.</summary>
    public const string Passes = "pipeline.inference.passes";

    /// <summary>Tokens that were computed in them; over passes and <see cref="PassTokensMax"/> it is how full they are.</summary>
    public const string PassTokens = "pipeline.inference.pass.tokens";

    /// <summary>Most tokens of one pass.</summary>
    public const string PassTokensMax = "pipeline.inference.pass.tokens.max";

    /// <summary>Seconds from submission until the prompt is computed.</summary>
    public const string PrefillDuration = "pipeline.inference.prefill.duration";

    /// <summary>Seconds from the first token of an answer to the last.</summary>
    public const string DecodeDuration = "pipeline.inference.decode.duration";

    /// <summary>Requests that wait for the batch.</summary>
    public const string WaitingRequests = "pipeline.inference.requests.waiting";

    /// <summary>KV cells in use, cached prefixes included.</summary>
    public const string KvUsed = "pipeline.inference.kv.used";

    /// <summary>KV cells in all.</summary>
    public const string KvCapacity = "pipeline.inference.kv.capacity";

    /// <summary>Prompt tokens that the prefix cache held.</summary>
    public const string CachedTokens = "pipeline.inference.tokens.cached";

    /// <summary>Texts that were embedded.</summary>
    public const string EmbeddedTexts = "pipeline.inference.texts.embedded";

    /// <summary>Tokens of finished requests, by <see cref="TokenType"/>.</summary>
    public const string TokenUsage = "gen_ai.client.token.usage";

    /// <summary>Seconds from submission to the end of the answer.</summary>
    public const string RequestDuration = "gen_ai.server.request.duration";

    /// <summary>Seconds from submission to the first token of an answer.</summary>
    public const string TimeToFirstToken = "gen_ai.server.time_to_first_token";

    /// <summary>Seconds per token after the first one.</summary>
    public const string TimePerOutputToken = "gen_ai.server.time_per_output_token";

    /// <summary>Tag: what was asked for, one of the operations below.</summary>
    public const string Operation = "gen_ai.operation.name";

    /// <summary>Tag: who computes, always <see cref="OwnProvider"/>.</summary>
    public const string Provider = "gen_ai.provider.name";

    /// <summary>The conventions know clouds only; a name of one's own is allowed.</summary>
    public const string OwnProvider = "pipeline";

    /// <summary>Tag: "input" or "output".</summary>
    public const string TokenType = "gen_ai.token.type";

    /// <summary>Tag: name of the model.</summary>
    public const string Model = "gen_ai.request.model";

    /// <summary>Tag of spans: tokens of the prompt.</summary>
    public const string InputTokens = "gen_ai.usage.input_tokens";

    /// <summary>Tag of spans: tokens of the prompt that the prefix cache held.</summary>
    public const string CachedInputTokens = "gen_ai.usage.cache_read.input_tokens";

    /// <summary>Tag of spans: tokens of the answer.</summary>
    public const string OutputTokens = "gen_ai.usage.output_tokens";

    /// <summary>Tag of spans: why the answer ended.</summary>
    public const string FinishReasons = "gen_ai.response.finish_reasons";

    /// <summary>Tag: type of the exception that ended a request.</summary>
    public const string ErrorType = "error.type";

    internal const string ChatOperation = "chat";
    internal const string EmbeddingsOperation = "embeddings";
    internal const string ScoreOperation = "score_labels"; // The conventions have no name for it.

    private static readonly ActivitySource _source = new(Name);

    /// <summary>Null outside a trace: what the engine does for nobody is none of its own.</summary>
    internal static Activity? StartActivity(string operation, string model)
    {
        if (Activity.Current is null)
        {
            return null;
        }

        Activity? activity = _source.StartActivity($"{operation} {model}");
        activity?.SetTag(Operation, operation);
        activity?.SetTag(Provider, OwnProvider);
        activity?.SetTag(Model, model);
        return activity;
    }

    /// <summary>The tags that the conventions require of every measurement.</summary>
    internal static TagList TagsOf(string operation) => new() { { Operation, operation }, { Provider, OwnProvider } };

    /// <summary>The same, of one kind of tokens.</summary>
    internal static TagList TagsOf(string operation, string tokenType)
    {
        TagList tags = TagsOf(operation);
        tags.Add(TokenType, tokenType);
        return tags;
    }

    /// <summary>The two phases of an answer that is over, within its span.</summary>
    internal static void AddPhases(Activity? activity, GeneratedAnswer answer)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }

        DateTime first = activity.StartTimeUtc + answer.TimeToFirstToken;
        Phase("prefill", activity.StartTimeUtc, first);
        Phase("decode", first, activity.StartTimeUtc + answer.Duration);

        void Phase(string name, DateTime from, DateTime to)
        {
            using Activity? phase = _source.StartActivity(name, ActivityKind.Internal, activity.Context, startTime: from);
            phase?.SetEndTime(to);
        }
    }
}

/// <summary>Reports one generated answer: as a span, and to the meter.</summary>
internal sealed class GenerationSpan(InferenceMeter meter, Activity? activity, TimeProvider time) : IDisposable
{
    private readonly long _start = time.GetTimestamp();

    public void Finished(GeneratedAnswer answer)
    {
        meter.Generated(answer);
        InferenceTelemetry.AddPhases(activity, answer);
        activity?.SetTag(InferenceTelemetry.InputTokens, answer.PromptTokens);
        activity?.SetTag(InferenceTelemetry.CachedInputTokens, answer.CachedTokens);
        activity?.SetTag(InferenceTelemetry.OutputTokens, answer.AnswerTokens);
        activity?.SetTag(InferenceTelemetry.FinishReasons, new[] { answer.End == GenerationEnd.Length ? "length" : "stop" });
    }

    public void Failed(Exception exception)
    {
        meter.Failed(InferenceTelemetry.ChatOperation, time.GetElapsedTime(_start), exception);
        activity?.SetTag(InferenceTelemetry.ErrorType, exception.GetType().Name);
        activity?.SetStatus(exception is OperationCanceledException ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
    }

    public void Dispose() => activity?.Dispose();
}

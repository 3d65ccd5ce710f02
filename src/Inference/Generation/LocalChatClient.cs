using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Structured;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Generation;

/// <summary>
/// A loaded model as an <see cref="IChatClient"/>. Safe from any thread; all requests share the model's batch. A JSON
/// answer that its limit cuts is asked for once more with twice the room, and then fails: it is never returned in part.
/// </summary>
/// <remarks>A JSON answer that is streamed cannot be asked for again; cut, it ends with <see cref="ChatFinishReason.Length"/>.</remarks>
public sealed class LocalChatClient : IChatClient
{
    private const int LargerAnswer = 2;

    private readonly LocalModel _model;
    private readonly int _outputTokensMax;

    internal LocalChatClient(LocalModel model, int outputTokensMax) => (_model, _outputTokensMax) = (model, outputTokensMax);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An option is out of range or not supported, or the JSON schema is.</exception>
    /// <exception cref="PromptTooLongException">Instructions and last message alone do not fit.</exception>
    /// <exception cref="AnswerTruncatedException">A JSON answer did not fit its limit, nor twice that.</exception>
    /// <exception cref="InferenceException">The engine failed on this request; others are not affected.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        GenerationRequest request = Read(messages, options);
        FinishedGeneration finished = await _model.GenerateAsync(request, cancellationToken);
        if (request is { Json: not null, Tools: null } && finished.Answer.End == GenerationEnd.Length)
        {
            request = request with { TokensMax = (int)Math.Min(int.MaxValue, (long)LargerAnswer * request.TokensMax) };
            finished = await _model.GenerateAsync(request, cancellationToken);
            if (finished.Answer.End == GenerationEnd.Length)
            {
                throw new AnswerTruncatedException(finished.Answer.AnswerTokens);
            }
        }

        return Response(finished, request);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        GenerationRequest request = Read(messages, options) with { Streams = true };
        string id = Guid.CreateVersion7().ToString("n");
        Thoughts? thoughts = request.Thinking ? new() : null;
        ToolCallReader? calls = Calls(request);
        await using GenerationStream stream = await _model.StreamAsync(request, cancellationToken);
        await foreach (string piece in stream.Pieces)
        {
            foreach (AIContent content in calls?.Append(piece) ?? Contents(thoughts?.Append(piece) ?? new("", piece)))
            {
                yield return Update(content);
            }
        }

        foreach (AIContent content in calls?.Flush() ?? Contents(thoughts?.Flush() ?? default))
        {
            yield return Update(content);
        }

        FinishedGeneration finished = await stream.Finish();
        ChatResponseUpdate last = Update(new UsageContent(Usage(finished.Answer)));
        last.FinishReason = Reason(finished.Answer);
        // Without a message's id they are the response's, not the message's.
        (last.AdditionalProperties, last.MessageId) = (Extras(finished), null);
        yield return last;

        ChatResponseUpdate Update(AIContent content) =>
            new(ChatRole.Assistant, [content]) { ResponseId = id, MessageId = id, ModelId = _model.Info.Name };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("pipeline", defaultModelId: _model.Info.Name)
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    /// <summary>Nothing: the model belongs to the host.</summary>
    public void Dispose()
    {
    }

    private GenerationRequest Read(IEnumerable<ChatMessage> messages, ChatOptions? chatOptions) =>
        ChatOptionsReader.Read(messages, chatOptions, _outputTokensMax);

    /// <summary>Null where no functions are offered. Whoever is offered some does not think first.</summary>
    private ToolCallReader? Calls(GenerationRequest request) => request.Tools is null ? null : new(JsonConstraints.TextOf(_model.Info.Tools));

    private ChatResponse Response(FinishedGeneration finished, GenerationRequest request)
    {
        GeneratedAnswer answer = finished.Answer;
        Separated separated = new("", answer.Text);
        if (request.Thinking)
        {
            Thoughts thoughts = new();
            Separated start = thoughts.Append(answer.Text), rest = thoughts.Flush();
            separated = new(start.Thought + rest.Thought, start.Answer + rest.Answer);
        }

        ToolCallReader? calls = Calls(request);
        AIContent[] contents = calls is null ? [.. Contents(separated)] : [.. calls.Append(answer.Text), .. calls.Flush()];
        return new(new ChatMessage(ChatRole.Assistant, contents))
        {
            ResponseId = Guid.CreateVersion7().ToString("n"),
            ModelId = _model.Info.Name,
            FinishReason = Reason(answer),
            Usage = Usage(answer),
            AdditionalProperties = Extras(finished),
        };
    }

    private static IEnumerable<AIContent> Contents(Separated separated)
    {
        if (!string.IsNullOrEmpty(separated.Thought))
        {
            yield return new TextReasoningContent(separated.Thought);
        }

        if (!string.IsNullOrEmpty(separated.Answer))
        {
            yield return new TextContent(separated.Answer);
        }
    }

    private static ChatFinishReason Reason(GeneratedAnswer answer) =>
        answer.End == GenerationEnd.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails Usage(GeneratedAnswer answer) => new()
    {
        InputTokenCount = answer.PromptTokens,
        CachedInputTokenCount = answer.CachedTokens,
        OutputTokenCount = answer.AnswerTokens,
        TotalTokenCount = answer.PromptTokens + answer.AnswerTokens,
    };

    private AdditionalPropertiesDictionary Extras(FinishedGeneration finished)
    {
        AdditionalPropertiesDictionary extras = new()
        {
            [ChatOptionNames.Timings] = new GenerationTimings(
                finished.Answer.TimeToFirstToken, finished.Answer.Duration, finished.Answer.TokensPerSecond),
            [ChatOptionNames.ModelVersion] = _model.Version,
        };
        if (finished.Answer.Logprobs is { } logprobs)
        {
            extras[ChatOptionNames.Logprobs] = logprobs;
        }

        if (finished.DroppedMessages > 0)
        {
            extras[ChatOptionNames.DroppedMessages] = finished.DroppedMessages;
        }

        return extras;
    }
}

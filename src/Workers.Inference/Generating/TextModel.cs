using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Inference.Generation;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>Asks the model that a kind's options name: a local file, or the server where there is one.</summary>
public sealed class TextModel(IChatClient chat, JobCatalog catalog, ServedModels served, IOptions<InferenceOptions> inference)
{
    private readonly HashSet<string> _builtIn = [.. catalog.Prompts.Select(template => template.System)];

    // The model that ships does not know when to stop: each of its texts ends here, so that its answers are complete.
    private const int SmallTextLengthMax = 24;

    /// <summary>The answer piece by piece. Collect the pieces, and read them with <see cref="Read"/> when there are no more.</summary>
    /// <exception cref="PromptTooLongException">The messages do not fit the model's context.</exception>
    /// <exception cref="InferenceException">The model cannot be asked now.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<PromptMessage> messages,
        ChatOptions wishes,
        GenerationOptions options,
        JobContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var turns = Turns(messages);
        var kept = inference.Value.IsRemote ? EstimatedTokens.Fit(turns, wishes) : turns;
        await foreach (var piece in chat.GetStreamingResponseAsync(kept, Complete(wishes, messages, options, context), cancellationToken))
        {
            yield return piece;
        }

        if (kept.Count < turns.Length)
        {
            yield return new() { Role = ChatRole.Assistant, AdditionalProperties = new() { [ChatOptionNames.DroppedMessages] = turns.Length - kept.Count } };
        }
    }

    public ModelAnswer Read(ChatResponse response, GenerationOptions options, JobContext context) =>
        ModelAnswer.Of(response, IsSmall(options, context) ? options.Name : null, isLocal: !inference.Value.IsRemote);

    /// <summary>Has the model fill in a form.</summary>
    /// <param name="schema">The form.</param>
    /// <exception cref="PromptTooLongException">The messages do not fit the model's context.</exception>
    /// <exception cref="AnswerTruncatedException">The answer does not fit its limit; nothing of it is used.</exception>
    /// <exception cref="InferenceException">The model cannot be asked now, or a server's answer is not what was asked for.</exception>
    public async Task<Filled<T>> FillAsync<T>(
        IReadOnlyList<PromptMessage> messages,
        Func<AnswerSchema, JsonObject> schema,
        JsonTypeInfo<T> json,
        StructuredOptions options,
        JobContext context,
        CancellationToken cancellationToken)
        where T : class, IAnswerFields
    {
        ChatOptions wishes = new()
        {
            Temperature = options.Temperature,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(AnswerSchema.Element(schema(new(IsSmall(options, context) ? SmallTextLengthMax : null))), "answer"),
        };
        var response = await chat.GetResponseAsync(Turns(messages), Complete(wishes, messages, options, context), cancellationToken);
        var answer = Read(response, options, context);
        return answer.IsCut ? throw new AnswerTruncatedException(answer.Usage.CompletionTokens) : new(Parse(answer, json), answer);
    }

    private static T Parse<T>(ModelAnswer answer, JsonTypeInfo<T> json)
        where T : class, IAnswerFields
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Text, json) is { IsValid: true } fields ? fields : throw new JsonException("A value is out of bounds.");
        }
        catch (JsonException e)
        {
            throw new InferenceException($"{answer.Model} did not answer in the form that it was given: {e.Message} Use a model or server that follows JSON schemas.", e);
        }
    }

    /// <summary>Whether the model that ships is asked.</summary>
    private bool IsSmall(GenerationOptions options, JobContext context) => !inference.Value.IsRemote && served.Find(options.Name, context.Model).Path == ShippedModel.Path;

    private ChatOptions Complete(ChatOptions wishes, IReadOnlyList<PromptMessage> messages, GenerationOptions options, JobContext context)
    {
        wishes.MaxOutputTokens ??= options.OutputTokensMax;
        if (inference.Value.IsRemote)
        {
            wishes.AdditionalProperties = null; // What stands there only the local engine does.
        }
        else
        {
            // Neither means anything to a server: it has models and an order of its own.
            wishes.ModelId = served.Find(options.Name, context.Model).Name;
            (wishes.AdditionalProperties ??= [])[ChatOptionNames.Priority] =
                context.Priority is JobPriority.Bulk ? RequestPriority.Bulk : RequestPriority.Interactive;

            // What the engine may keep is all before the last text.
            var isBuiltIn = wishes.Tools is null && messages.SkipLast(1).All(message => message.Role is PromptRoles.System && _builtIn.Contains(message.Content));
            wishes.AdditionalProperties[ChatOptionNames.Cache] = new CacheScope(context.ClientId.ToString(), isBuiltIn);
        }

        return wishes;
    }

    private static ChatMessage[] Turns(IReadOnlyList<PromptMessage> messages) =>
        [.. messages.Select(message => message switch
        {
            { Role: PromptRoles.Tool } => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(message.ToolCallId!, message.Content)]),
            { ToolCalls: { } calls } => new(ChatRole.Assistant, [.. message.Content is "" ? Array.Empty<AIContent>() : [new TextContent(message.Content)], .. calls.Select(CallOf)]),
            _ => new(new ChatRole(message.Role), message.Content),
        })];

    private static FunctionCallContent CallOf(ToolCall call) => new(
        call.Id,
        call.Name,
        JsonElement.Parse(call.Arguments).EnumerateObject().ToDictionary(argument => argument.Name, object? (argument) => argument.Value));
}

/// <summary>What the model filled in, and the answer that it came in.</summary>
public sealed record Filled<T>(T Fields, ModelAnswer Answer);

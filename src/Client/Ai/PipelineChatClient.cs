using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipeline.Contracts;

namespace Pipeline.Client.Ai;

/// <summary>Chats as jobs: durable, in the same queues and with the same limits as all others.</summary>
internal sealed class PipelineChatClient(PipelineClient client, JobOptions job) : IChatClient
{
    private static readonly ChatClientMetadata Metadata = new("pipeline", defaultModelId: CompleteChat.Kind);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var accepted = await client.SubmitAsync(ChatInput.Of(messages, options), job, cancellationToken);
        var result = (await client.WaitAsync(accepted, cancellationToken)).GetResult();
        return new(new ChatMessage(ChatRole.Assistant, [.. Text(result.Content), .. Calls(result)]))
        {
            ResponseId = accepted.Id.ToString(),
            ModelId = result.Model,
            CreatedAt = accepted.CreatedAt,
            FinishReason = FinishOf(result),
            Usage = UsageOf(result.Usage),
        };
    }

    /// <exception cref="JobFailedException">The job ended without an answer.</exception>
    /// <exception cref="PipelineException">A later attempt began another text, which nobody can take back from a reader.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // With the calls behind the content, as the stream has them; those are told whole at the end.
        var written = "";
        await foreach (var update in client.StreamAsync(ChatInput.Of(messages, options), job, cancellationToken))
        {
            if (update is JobUpdate.TextAdded piece)
            {
                var whole = string.Concat(written.AsSpan(0, Math.Min(piece.Offset, written.Length)), piece.Value);
                if (Rest(written, whole) is { Length: > 0 } rest)
                {
                    var shown = StreamedCalls.Read(written).Content.Length;
                    written += rest;
                    if (StreamedCalls.Read(written).Content[shown..] is { Length: > 0 } text)
                    {
                        yield return new(ChatRole.Assistant, text);
                    }
                }
            }
            else if (update is JobUpdate.Ended { Job: Job<ChatResult> ended })
            {
                var result = ended.GetResult();
                yield return new(ChatRole.Assistant, [.. Text(Rest(StreamedCalls.Read(written).Content, result.Content)), .. Calls(result), new UsageContent(UsageOf(result.Usage))])
                {
                    ResponseId = ended.Id.ToString(),
                    ModelId = result.Model,
                    FinishReason = FinishOf(result),
                };
            }
        }
    }

    public object? GetService(Type serviceType, object? serviceKey) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? Metadata
        : serviceType.IsInstanceOfType(this) ? this
        : serviceType.IsInstanceOfType(client) ? client
        : null;

    public void Dispose()
    {
        // The client belongs to whoever made it.
    }

    /// <summary>What is new of a text, which may begin again from an earlier place.</summary>
    private static string Rest(string written, string whole) =>
        whole.StartsWith(written, StringComparison.Ordinal) ? whole[written.Length..]
        : written.StartsWith(whole, StringComparison.Ordinal) ? ""
        : throw new PipelineException("The job was started again and its new text differs from what was read. Read the job for its answer, or use a seed.");

    private static IEnumerable<AIContent> Text(string text) => text.Length > 0 ? [new TextContent(text)] : [];

    private static IEnumerable<AIContent> Calls(ChatResult result) => (result.ToolCalls ?? []).Select(ChatCalls.Write);

    private static ChatFinishReason FinishOf(ChatResult result) => result.FinishReason switch
    {
        FinishReasons.Length => ChatFinishReason.Length,
        FinishReasons.ToolCalls => ChatFinishReason.ToolCalls,
        _ => ChatFinishReason.Stop,
    };

    private static UsageDetails UsageOf(TokenUsage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.TotalTokens,
        CachedInputTokenCount = usage.CachedTokens,
    };
}

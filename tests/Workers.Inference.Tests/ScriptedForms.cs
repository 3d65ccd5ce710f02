using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Tests;

/// <summary>A model that answers as a function of the prompt, so that the way of every text can be followed.</summary>
internal sealed class ScriptedForms(Func<string, string> answer) : IChatClient
{
    /// <summary>Every prompt, in order of arrival.</summary>
    public ConcurrentQueue<string> Prompts { get; } = new();

    public ConcurrentQueue<ChatOptions> Options { get; } = new();

    /// <summary>Longer prompts do not fit; null: all do.</summary>
    public int? LengthMax { get; init; }

    public ChatFinishReason Finish { get; init; } = ChatFinishReason.Stop;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var prompt = string.Join('\n', messages.Select(message => message.Text));
        Prompts.Enqueue(prompt);
        Options.Enqueue(options!);
        return prompt.Length > LengthMax
            ? throw new PromptTooLongException(prompt.Length, LengthMax.Value, "Send less.")
            : Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(prompt)))
            {
                ModelId = "scripted",
                FinishReason = Finish,
                Usage = new() { InputTokenCount = 10, OutputTokenCount = 2 },
            });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Prompts;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>
/// Keeps a conversation within its budget of tokens where a server answers, whose tokenizer is not here. A local engine counts
/// exactly instead.
/// </summary>
internal static class EstimatedTokens
{
    // Tokenizers make one of about four bytes of English, and of three of Korean, where a syllable has three.
    private const int BytesPerToken = 3;

    // What chat templates put around a message.
    private const int TokensPerMessage = 4;

    /// <summary>The end of the conversation that is within <see cref="ChatOptionNames.PromptTokensMax"/>; all of it where that is not set.</summary>
    public static IReadOnlyList<ChatMessage> Fit(IReadOnlyList<ChatMessage> messages, ChatOptions wishes) =>
        wishes.AdditionalProperties?.GetValueOrDefault(ChatOptionNames.PromptTokensMax) is int budget
            ? ConversationCut.Fit(messages, budget, Count)
            : messages;

    private static int Count(IReadOnlyList<ChatMessage> messages) =>
        messages.Sum(message => TokensPerMessage + ((Encoding.UTF8.GetByteCount(message.Text) + BytesPerToken - 1) / BytesPerToken));
}

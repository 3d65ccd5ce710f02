using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Prompts;

/// <summary>
/// Makes a long conversation fit: whole exchanges leave, the oldest first. System messages and the last message stay, and
/// the first message that is kept after the system's is the user's, as templates demand.
/// </summary>
public static class ConversationCut
{
    /// <param name="messages">The conversation; the last message is never cut.</param>
    /// <param name="tokensMax">Room for the whole prompt.</param>
    /// <param name="count">Tokens of a conversation, template included.</param>
    /// <returns>The conversation, or its end; whatever is left when nothing more may leave, however long.</returns>
    public static IReadOnlyList<ChatMessage> Fit(
        IReadOnlyList<ChatMessage> messages, int tokensMax, Func<IReadOnlyList<ChatMessage>, int> count)
    {
        IReadOnlyList<ChatMessage>[] endings = [.. Endings(messages)];
        // Fewer messages never take more tokens, so the longest ending that fits is found by halving.
        int low = 0, high = endings.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = count(endings[middle]) <= tokensMax ? (low, middle) : (middle + 1, high);
        }

        return endings[low];
    }

    /// <summary>The conversation, then without its first exchange, and so on.</summary>
    private static IEnumerable<IReadOnlyList<ChatMessage>> Endings(IReadOnlyList<ChatMessage> messages)
    {
        yield return messages;
        ChatMessage[] system = [.. messages.TakeWhile(message => message.Role == ChatRole.System)];
        for (int first = system.Length + 1; first < messages.Count; first++)
        {
            if (messages[first].Role == ChatRole.User)
            {
                yield return [.. system, .. messages.Skip(first)];
            }
        }
    }
}

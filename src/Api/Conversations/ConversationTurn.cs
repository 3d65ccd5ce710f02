using Pipeline.Contracts;
using Pipeline.Core.Dialogues;

namespace Pipeline.Api.Conversations;

/// <summary>What a new message of a conversation becomes.</summary>
internal static class ConversationTurn
{
    /// <summary>The system message, the newest messages, and the new one; the first after the system's is the user's, as templates demand.</summary>
    public static IReadOnlyList<PromptMessage> Messages(Dialogue dialogue, string content, int contextMessages)
    {
        var said = dialogue.Turns.Where(turn => turn.Result is not null)
            .SelectMany(turn => (PromptMessage[])[new(PromptRoles.User, turn.Said!), new(PromptRoles.Assistant, ConversationMessage.ContentOf(turn)!)])
            .ToList();
        var window = said.TakeLast(contextMessages).SkipWhile(message => message.Role is PromptRoles.Assistant);
        return [.. ConversationResource.Settings(dialogue).System, .. window, new(PromptRoles.User, content)];
    }

    /// <summary>Where the next turn stands, and why it may not.</summary>
    public static TurnClaim Claim(Dialogue dialogue, Guid clientId, Guid jobId, string? said)
    {
        var last = dialogue.Turns is [.., var newest] ? newest : null;
        var failed = last is not null && JobState.IsFinal(last.State) && last.State is not JobState.Succeeded ? last : null;
        return new()
        {
            ClientId = clientId,
            DialogueId = dialogue.Id,
            Position = failed?.Position ?? dialogue.Turns.Count,
            Said = said,
            JobId = jobId,
            Replaces = failed?.JobId,
            Refusal = last is not null && !JobState.IsFinal(last.State) ? $"The last message is still being answered by job {last.JobId}. Wait for it, or cancel it." : null,
        };
    }
}

using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.Conversations;

/// <summary>What a new message of a conversation becomes.</summary>
internal static class NextMessage
{
    /// <summary>The system message, the newest messages, and the new one; the first after the system's is the user's, as templates demand.</summary>
    public static IReadOnlyList<PromptMessage> Messages(Conversation conversation, string content, int contextMessages)
    {
        var earlier = conversation.Messages.Where(message => message.Result is not null)
            .SelectMany(message => (PromptMessage[])[new(PromptRoles.User, message.Content!), new(PromptRoles.Assistant, ConversationMessage.ContentOf(message)!)])
            .ToList();
        var window = earlier.TakeLast(contextMessages).SkipWhile(message => message.Role is PromptRoles.Assistant);
        return [.. ConversationResource.Settings(conversation).System, .. window, new(PromptRoles.User, content)];
    }

    /// <summary>Where the next message stands, and why it may not.</summary>
    public static MessageWrite Write(Conversation conversation, Guid clientId, Guid jobId, string? content)
    {
        var last = conversation.Messages is [.., var newest] ? newest : null;
        var failed = last is not null && JobState.IsFinal(last.State) && last.State is not JobState.Succeeded ? last : null;
        return new()
        {
            ClientId = clientId,
            ConversationId = conversation.Id,
            Position = failed?.Position ?? conversation.Messages.Count,
            Content = content,
            JobId = jobId,
            Replaces = failed?.JobId,
            Refusal = last is not null && !JobState.IsFinal(last.State) ? $"The last message is still being answered by job {last.JobId}. Wait for it, or cancel it." : null,
        };
    }
}

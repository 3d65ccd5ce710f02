using Pipeline.Contracts;

namespace Pipeline.Api.Conversations;

/// <summary>What a conversation begins with, stored in <c>conversations.settings</c>.</summary>
internal sealed record ConversationSettings
{
    public IReadOnlyList<PromptMessage> System { get; init; } = [];

    public PromptSource? PromptSource { get; init; }
}

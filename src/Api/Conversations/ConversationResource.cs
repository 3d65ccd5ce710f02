using System.ComponentModel;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.Conversations;

[Description("A conversation with stored messages.")]
internal sealed record ConversationResource
{
    [Description("UUIDv7: ids sort by creation.")]
    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("Whose conversation it is, if that was said when it began; of one that began with POST /conversation/chat, its user_id.")]
    public string? UserId { get; init; }

    [Description("The template of its system message, if one was named.")]
    public PromptSource? Prompt { get; init; }

    [Description("Oldest first; not in lists.")]
    public IReadOnlyList<ConversationMessage>? Messages { get; init; }

    public required ConversationLinks Links { get; init; }

    public static ConversationResource Of(Conversation conversation, bool messages)
    {
        var settings = Settings(conversation);
        return new()
        {
            Id = conversation.Id,
            CreatedAt = conversation.CreatedAt,
            UserId = conversation.UserId,
            Prompt = settings.PromptSource,
            Messages = messages ? [.. conversation.Messages.SelectMany(ConversationMessage.Of)] : null,
            Links = ConversationLinks.Of(conversation.Id),
        };
    }

    public static ConversationSettings Settings(Conversation conversation) => JsonSerializer.Deserialize(conversation.Settings, ApiJson.Wire.ConversationSettings)!;
}

/// <param name="Role">user or assistant.</param>
/// <param name="Content">Absent while the job is not succeeded.</param>
/// <param name="JobId">The job that answers.</param>
/// <param name="State">The job's state.</param>
internal sealed record ConversationMessage(string Role, string? Content, Guid JobId, string State, DateTimeOffset CreatedAt)
{
    public static IEnumerable<ConversationMessage> Of(SentMessage message) =>
    [
        new(PromptRoles.User, message.Content, message.JobId, message.State, message.CreatedAt),
        new(PromptRoles.Assistant, ContentOf(message), message.JobId, message.State, message.CreatedAt),
    ];

    /// <summary>What the model answered; null while it has not.</summary>
    public static string? ContentOf(SentMessage message) =>
        message.Result is { } result ? ContentOf(result) : null;

    /// <param name="result">Of a chat job, as JSON.</param>
    public static string ContentOf(string result) => JsonSerializer.Deserialize(result, CompleteChat.ResultJson)!.Content;
}

/// <param name="Messages">POST sends a message.</param>
internal sealed record ConversationLinks(string Self, string Messages)
{
    public static ConversationLinks Of(Guid id) => new($"/api/conversations/{id}", $"/api/conversations/{id}/messages");
}

internal sealed record ConversationPageResource(IReadOnlyList<ConversationResource> Conversations, Jobs.PageLinks Links);

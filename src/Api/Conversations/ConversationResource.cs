using System.ComponentModel;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Dialogues;

namespace Pipeline.Api.Conversations;

[Description("A conversation whose messages are kept.")]
internal sealed record ConversationResource
{
    [Description("UUIDv7: ids sort by creation.")]
    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("The template of its system message, if one was named.")]
    public PromptSource? Prompt { get; init; }

    [Description("Oldest first; only when one conversation is read.")]
    public IReadOnlyList<ConversationMessage>? Messages { get; init; }

    public required ConversationLinks Links { get; init; }

    public static ConversationResource Of(Dialogue dialogue, bool messages)
    {
        var settings = Settings(dialogue);
        return new()
        {
            Id = dialogue.Id,
            CreatedAt = dialogue.CreatedAt,
            Prompt = settings.PromptSource,
            Messages = messages ? [.. dialogue.Turns.SelectMany(ConversationMessage.Of)] : null,
            Links = ConversationLinks.Of(dialogue.Id),
        };
    }

    public static ConversationSettings Settings(Dialogue dialogue) => JsonSerializer.Deserialize(dialogue.Settings, ApiJson.Wire.ConversationSettings)!;
}

/// <param name="Role">user or assistant.</param>
/// <param name="Content">Absent while the job is not succeeded.</param>
/// <param name="JobId">The job that answers.</param>
/// <param name="State">The job's state.</param>
internal sealed record ConversationMessage(string Role, string? Content, Guid JobId, string State, DateTimeOffset CreatedAt)
{
    public static IEnumerable<ConversationMessage> Of(DialogueTurn turn) =>
    [
        new(PromptRoles.User, turn.Said, turn.JobId, turn.State, turn.CreatedAt),
        new(PromptRoles.Assistant, ContentOf(turn), turn.JobId, turn.State, turn.CreatedAt),
    ];

    /// <summary>What the model said; null while it has not.</summary>
    public static string? ContentOf(DialogueTurn turn) =>
        turn.Result is { } result ? JsonSerializer.Deserialize(result, CompleteChat.ResultJson)!.Content : null;
}

/// <param name="Messages">POST sends a message.</param>
internal sealed record ConversationLinks(string Self, string Messages)
{
    public static ConversationLinks Of(Guid id) => new($"/api/conversations/{id}", $"/api/conversations/{id}/messages");
}

internal sealed record ConversationPageResource(IReadOnlyList<ConversationResource> Conversations, Jobs.PageLinks Links);

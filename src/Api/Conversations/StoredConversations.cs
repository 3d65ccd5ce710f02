using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.Conversations;

/// <summary>What requests about conversations and interviews have in common.</summary>
internal static class StoredConversations
{
    /// <summary>The conversation that a path names, or the problem that it is not there.</summary>
    public static async Task<(Conversation? Conversation, Problem? Problem)> FindAsync(ConversationStore store, HttpContext context, string kind, string id)
    {
        var errors = new InputErrors();
        var conversationId = JobIds.Parse(id, errors);
        if (errors.Any)
        {
            return (null, errors.ToProblem());
        }

        var found = await store.FindAsync(context.ClientId(), kind, conversationId, context.RequestAborted);
        return found is null ? (null, NotFound(kind, conversationId)) : (found, null);
    }

    public static Task<IResult> DeleteAsync(ConversationStore store, HttpContext context, string kind, string id) => JobIds.UseAsync(
        id,
        async conversationId => await store.DeleteAsync(context.ClientId(), kind, conversationId, context.RequestAborted)
            ? Results.NoContent()
            : NotFound(kind, conversationId));

    public static string? TakeText(BodyFields fields, string name, bool required) => fields.Take(name, JsonValueKind.String, required)?.GetString();

    private static Problem NotFound(string kind, Guid id) =>
        new(ProblemType.ConversationNotFound, $"There is no {(kind is ConversationKind.Chat ? "conversation" : kind)} {id}, or it belongs to another API key.");
}

/// <summary>What a conversation begins with, stored in <c>conversations.settings</c>.</summary>
internal sealed record ConversationSettings
{
    public IReadOnlyList<PromptMessage> System { get; init; } = [];

    public PromptSource? PromptSource { get; init; }

    public static ConversationSettings Of(PromptTemplate template) =>
        new() { System = PromptRenderer.Render(template, PromptValues.None, PromptValues.None), PromptSource = PromptSource.Of(template) };
}

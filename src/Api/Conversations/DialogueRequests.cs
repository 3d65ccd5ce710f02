using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Core.Dialogues;

namespace Pipeline.Api.Conversations;

/// <summary>What requests about conversations and interviews have in common.</summary>
internal static class DialogueRequests
{
    /// <summary>The dialogue that a path names, or the problem that it is not there.</summary>
    public static async Task<(Dialogue? Dialogue, Problem? Problem)> FindAsync(DialogueStore store, HttpContext context, string kind, string id)
    {
        var errors = new InputErrors();
        var dialogueId = JobIds.Parse(id, errors);
        if (errors.Any)
        {
            return (null, errors.ToProblem());
        }

        var found = await store.FindAsync(context.ClientId(), kind, dialogueId, context.RequestAborted);
        return found is null ? (null, NotFound(kind, dialogueId)) : (found, null);
    }

    public static Task<IResult> DeleteAsync(DialogueStore store, HttpContext context, string kind, string id) => JobIds.UseAsync(
        id,
        async dialogueId => await store.DeleteAsync(context.ClientId(), kind, dialogueId, context.RequestAborted)
            ? Results.NoContent()
            : NotFound(kind, dialogueId));

    public static string? TakeText(BodyFields fields, string name, bool required) => fields.Take(name, JsonValueKind.String, required)?.GetString();

    private static Problem NotFound(string kind, Guid id) =>
        new(ProblemType.DialogueNotFound, $"There is no {kind} {id}, or it belongs to another API key.");
}

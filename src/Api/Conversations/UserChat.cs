using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Conversations;

/// <summary>
/// <c>POST /conversation/chat</c>: a message of a user, for clients that know users and no conversations. Each user of a client has
/// one conversation, which begins with the first message, and the answer is the reply alone.
/// </summary>
internal static class UserChat
{
    public const string Root = "/conversation";

    private const string UserField = "user_id";
    private const string MessageField = "message";

    /// <summary>What <c>status</c> says of an answer; every other ending is a problem.</summary>
    private const string Success = "success";

    public static bool Has(PathString path) => path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase);

    public static void Map(IEndpointRouteBuilder app) => app.MapPost(Root + "/chat", SayAsync).Describe(UserChatDocs.Say);

    private static Task<IResult> SayAsync(
        HttpContext context,
        ConversationStore store,
        IPromptTemplates templates,
        JobSubmissions submissions,
        IOptions<ApiOptions> api,
        IOptions<ConversationOptions> options,
        IOptions<InputLimits> limits,
        TimeProvider time) => submissions.SubmitAsync(context, async Task<JobDraft?> (fields) =>
        {
            var user = TakeUser(fields);
            var message = fields.Take(MessageField, JsonValueKind.String, required: false)?.GetString() ?? "";
            var stored = user is null ? null : await store.FindOfUserAsync(context.ClientId(), user, context.RequestAborted);
            var conversation = stored ?? await BeginAsync(context, templates, message, time.GetUtcNow());
            var draft = new MessageDraft(MessageField, api.Value, options.Value, limits.Value, time.GetUtcNow()) { UserId = user }.Parse(fields, conversation, context.ClientId());
            if (draft is null || user is null)
            {
                return null;
            }

            return draft with
            {
                IsBare = true,
                View = result => JsonSerializer.Serialize(new UserChatAnswer(ConversationMessage.ContentOf(result), user, Success), ApiJson.Wire.UserChatAnswer),
                Write = stored is not null ? draft.Write : jobId => ((MessageWrite)draft.Write!(jobId)) with
                {
                    Begins = (ConversationKind.Chat, conversation.Settings),
                    UserId = user,
                },
            };
        });

    private static string? TakeUser(BodyFields fields)
    {
        if (StoredConversations.TakeText(fields, UserField, required: true) is not { } user)
        {
            return null;
        }

        return UserTag.IsValid(user, UserField, fields.Errors) ? user : null;
    }

    /// <summary>With the system message of the default template, in the language of the first message.</summary>
    private static async Task<Conversation> BeginAsync(HttpContext context, IPromptTemplates templates, string message, DateTimeOffset now)
    {
        var template = await templates.FindAsync(context.ClientId(), CompleteChat.Kind, null, TextLanguage.Written(message), context.RequestAborted);
        var settings = template is null ? new ConversationSettings() : ConversationSettings.Of(template);
        return new() { Id = Guid.CreateVersion7(now), Settings = JsonSerializer.Serialize(settings, ApiJson.Wire.ConversationSettings), CreatedAt = now };
    }
}

/// <param name="Response">What the model said.</param>
/// <param name="UserId">As it was sent.</param>
/// <param name="Status">success; every other ending is a problem.</param>
[Description("A reply to a user.")]
internal sealed record UserChatAnswer(string Response, string UserId, string Status);

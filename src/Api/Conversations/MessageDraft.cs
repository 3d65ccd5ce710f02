using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Events;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.Conversations;

/// <summary>Reads a message of a conversation and makes the chat job of it.</summary>
/// <param name="Field">Where the message stands in the body.</param>
internal sealed record MessageDraft(string Field, ApiOptions Api, ConversationOptions Options, InputLimits Limits, DateTimeOffset Now)
{
    /// <summary>Whose message it is, besides the client's; part of what tells a repeat.</summary>
    public string? UserId { get; init; }

    public JobDraft? Parse(BodyFields fields, Conversation? conversation, Guid clientId)
    {
        var content = StoredConversations.TakeText(fields, Field, required: true);
        var temperature = fields.TakeNumber("temperature");
        var maxTokens = fields.TakeInteger("max_tokens");
        var streams = fields.TakeBoolean(CommonFields.Stream) is true;
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, Now, Api.ExpiryMax);
        if (content is null || conversation is null)
        {
            return null;
        }

        foreach (var wrong in TextRules.Required(Field, content, Limits).Concat(PromptRules.Sampling(temperature, maxTokens, Limits)))
        {
            fields.Errors.Add(wrong.Field, wrong.Message);
        }

        var input = new CompleteChat
        {
            Messages = NextMessage.Messages(conversation, content, Options.ContextMessages),
            Temperature = temperature,
            MaxTokens = maxTokens,
            ContextTokens = Options.ContextTokens,
            PromptSource = ConversationResource.Settings(conversation).PromptSource,
        };
        return new JobDraft
        {
            Kind = CompleteChat.Descriptor,
            Inputs = [input],
            IsList = false,
            Priority = priority,
            ExpiresAt = expiresAt,
            Identity = JsonSerializer.Serialize((string[])[content, $"{temperature}", $"{maxTokens}", .. UserId is null ? Array.Empty<string>() : [UserId]], ApiJson.Default.StringArray),
            Write = jobId => NextMessage.Write(conversation, clientId, jobId, content),
            UserId = UserId ?? conversation.UserId,
            Stream = streams ? _ => new EventFormat() : null,
        };
    }
}

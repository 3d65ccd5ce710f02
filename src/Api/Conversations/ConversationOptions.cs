using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Conversations;

/// <summary>What a model sees of conversations and interviews that are kept. Section <c>Conversation</c>.</summary>
internal sealed class ConversationOptions
{
    public const string Section = "Conversation";

    /// <summary>
    /// Messages before the new one that the model sees, and exchanges of an interview. The worker leaves out more of a conversation
    /// where they are more than <see cref="ContextTokens"/> or the model's context, and says so in the result. 0 to 1,000, default 5.
    /// </summary>
    [Range(0, 1_000)]
    public int ContextMessages { get; init; } = 5;

    /// <summary>
    /// Most tokens of a conversation that the model sees, system message and the new message included; both of them stay, however
    /// long. The worker counts, with the tokenizer of the model that answers. 1 to 4,194,304, default 4,096.
    /// </summary>
    [Range(1, 4_194_304)]
    public int ContextTokens { get; init; } = 4_096;
}

[OptionsValidator]
internal sealed partial class ConversationOptionsValidator : IValidateOptions<ConversationOptions>;

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Conversations;

/// <summary>What a model sees of conversations and interviews that are kept. Section <c>Conversation</c>.</summary>
internal sealed class ConversationOptions
{
    public const string Section = "Conversation";

    /// <summary>
    /// Messages before the new one that the model sees, and exchanges of an interview; the worker leaves out more where they do not
    /// fit the model's context, and says so in the result. 0 to 1,000, default 5.
    /// </summary>
    [Range(0, 1_000)]
    public int ContextMessages { get; init; } = 5;
}

[OptionsValidator]
internal sealed partial class ConversationOptionsValidator : IValidateOptions<ConversationOptions>;

using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Inference;
using Pipeline.Inference.Generation;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>Asks the model that a kind's options name: a local file, or the server where there is one.</summary>
internal sealed class TextModel(IChatClient chat, IOptions<InferenceOptions> inference)
{
    /// <summary>The answer piece by piece. Collect the pieces, and read them with <see cref="Read"/> when there are no more.</summary>
    /// <exception cref="PromptTooLongException">The messages do not fit the model's context.</exception>
    /// <exception cref="InferenceException">The model can not be asked now.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<PromptMessage> messages, ChatOptions wishes, GenerationOptions options, JobContext context, CancellationToken cancellationToken) =>
        chat.GetStreamingResponseAsync(Turns(messages), Complete(wishes, options, context), cancellationToken);

    public ModelAnswer Read(ChatResponse response, GenerationOptions options) => ModelAnswer.Of(response, IsSmall(options) ? options.Name : null);

    /// <summary>Whether the model that ships is asked.</summary>
    private bool IsSmall(GenerationOptions options) => options.IsShipped && !inference.Value.IsRemote;

    private ChatOptions Complete(ChatOptions wishes, GenerationOptions options, JobContext context)
    {
        wishes.MaxOutputTokens ??= options.OutputTokensMax;
        if (!inference.Value.IsRemote)
        {
            // Neither means anything to a server: it has models and an order of its own.
            wishes.ModelId = options.ModelPath;
            (wishes.AdditionalProperties ??= [])[ChatOptionNames.Priority] =
                context.Priority is JobPriority.Bulk ? RequestPriority.Bulk : RequestPriority.Interactive;
        }

        return wishes;
    }

    private static IEnumerable<ChatMessage> Turns(IReadOnlyList<PromptMessage> messages) =>
        messages.Select(message => new ChatMessage(new ChatRole(message.Role), message.Content));
}

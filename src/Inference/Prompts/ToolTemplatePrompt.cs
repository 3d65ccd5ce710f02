using Microsoft.Extensions.AI;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>
/// Prompts with functions by the template of the model's file, all others by the backend's renderer. That one also renders what the template
/// refuses: Llama 3's takes one call at a time and no functions without a user's message.
/// </summary>
internal sealed class ToolTemplatePrompt(IPromptRenderer template, IPromptRenderer builtIn) : IPromptRenderer
{
    public IEnumerable<PromptPart> Render(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, bool thinking, CancellationToken cancellationToken)
    {
        if (ToolPrompt.IsPlain(messages, tools))
        {
            return builtIn.Render(messages, tools, thinking, cancellationToken);
        }

        try
        {
            return template.Render(messages, tools, thinking, cancellationToken);
        }
        catch (PromptRefusedException)
        {
            return builtIn.Render(messages, tools, thinking, cancellationToken);
        }
    }
}

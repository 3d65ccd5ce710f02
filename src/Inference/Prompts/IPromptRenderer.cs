using Microsoft.Extensions.AI;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>Makes the text of a prompt, in parts by where they come from.</summary>
internal interface IPromptRenderer
{
    /// <param name="tools">Functions that are offered; null for none.</param>
    /// <param name="thinking">Lets a model that can think do so first.</param>
    /// <exception cref="PromptRefusedException">The template does not take this conversation.</exception>
    /// <exception cref="InferenceException">There is no template that can be used.</exception>
    IEnumerable<PromptPart> Render(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, bool thinking, CancellationToken cancellationToken);
}

internal enum PromptOrigin
{
    /// <summary>The model's own words; control tokens among them are recognised.</summary>
    Template,

    /// <summary>From a request.</summary>
    Input,

    /// <summary>From the last message of a request; before the first such part is what prompts have in common.</summary>
    LastInput,
}

internal readonly record struct PromptPart(string Text, PromptOrigin Origin);

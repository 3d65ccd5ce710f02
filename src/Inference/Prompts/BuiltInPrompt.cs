using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>Prompts by the backend's own renderer, which knows the templates of many families: rendered around placeholders.</summary>
internal sealed partial class BuiltInPrompt(ILanguageModel model) : IPromptRenderer
{
    public IEnumerable<PromptPart> Render(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, bool thinking, CancellationToken cancellationToken)
    {
        messages = ToolPrompt.Write(messages, tools, model.Info.Tools);
        TemplateMessage[] placeholders = [.. messages.Select((message, index) => new TemplateMessage(message.Role.Value, Placeholder(index)))];
        string template = model.ApplyChatTemplate(placeholders, addAssistantHeader: true);
        List<PromptPart> parts = [];
        int seen = 0, start = 0;
        foreach (Match match in PlaceholderPattern().Matches(template))
        {
            parts.Add(new(template[start..match.Index], PromptOrigin.Template));
            parts.Add(new(messages[int.Parse(match.Groups[1].ValueSpan)].Text, ++seen == messages.Count ? PromptOrigin.LastInput : PromptOrigin.Input));
            start = match.Index + match.Length;
        }

        parts.Add(new(template[start..] + (model.Info.Thinks && !thinking ? ThoughtTags.EmptyBlock : ""), PromptOrigin.Template));
        return seen == messages.Count ? parts : throw PromptRefusedException.Dropped(model.Info.Name, seen, messages.Count);
    }

    // Private-use characters: no template contains them, and they only ever meet the template, never a user's text.
    private static string Placeholder(int index) => $"\uE0F0{index}\uE0F1";

    [GeneratedRegex("\uE0F0([0-9]+)\uE0F1")]
    private static partial Regex PlaceholderPattern();
}

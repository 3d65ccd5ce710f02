using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts.Jinja;
using Pipeline.Inference.Prompts.Jinja.Values;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>Prompts by the template that the model's file brings.</summary>
internal sealed class OwnPrompt(ChatTemplate template, ModelInfo info) : IPromptRenderer
{
    private const int MessageLengthMax = 500;

    public IEnumerable<PromptPart> Render(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, bool thinking, CancellationToken cancellationToken)
    {
        // What the template does not write as the grammar of calls has it stands in the messages.
        bool writesTools = template.Tools == info.Tools;
        messages = writesTools ? messages : ToolPrompt.Write(messages, tools, info.Tools);
        Text prompt = End(Execute(messages, writesTools ? tools : null, thinking, cancellationToken), thinking);
        int last = messages.Count - 1;
        HashSet<int> seen = [.. prompt.Inputs.Select(span => span.Source)];
        int lost = Enumerable.Range(0, messages.Count).Count(index => !seen.Contains(index) && !string.IsNullOrWhiteSpace(messages[index].Text));
        return lost == 0 ? Parts(prompt, last) : throw PromptRefusedException.Dropped(info.Name, messages.Count - lost, messages.Count);
    }

    private Text Execute(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, bool thinking, CancellationToken cancellationToken)
    {
        try
        {
            return template.Execute(messages, tools, thinking, cancellationToken);
        }
        catch (JinjaRefusal e)
        {
            throw new PromptRefusedException($"The chat template of {info.Name} refuses this conversation: {Short(e.Message)}", e);
        }
        catch (JinjaException e)
        {
            throw new PromptRefusedException($"The chat template of {info.Name} fails on this conversation: {Short(e.Message)}. Use the roles system, user and assistant, in turn.", e);
        }
    }

    /// <summary>The block of thoughts is the answer's to open, and is there empty for an answer without any.</summary>
    private Text End(Text prompt, bool thinking)
    {
        int written = prompt.Inputs.Count > 0 ? prompt.Inputs[^1].End : 0;
        string end = prompt.Value[written..].TrimEnd();
        bool isOpen = end.EndsWith(ThoughtTags.Open, StringComparison.Ordinal);
        int length = written + end.Length;
        return (info.Thinks, thinking) switch
        {
            (true, true) when isOpen => prompt.Slice(0, length - ThoughtTags.Open.Length),
            (true, false) when isOpen => Join(prompt.Slice(0, length - ThoughtTags.Open.Length), ThoughtTags.EmptyBlock),
            (true, false) when !end.EndsWith(ThoughtTags.Close, StringComparison.Ordinal) => Join(prompt, ThoughtTags.EmptyBlock),
            _ => prompt,
        };
    }

    private static Text Join(Text text, string end) => new TextBuilder(int.MaxValue).Append(text).Append(end).ToText();

    private static IEnumerable<PromptPart> Parts(Text prompt, int last)
    {
        int start = 0;
        foreach (InputSpan span in prompt.Inputs)
        {
            yield return new(prompt.Value[start..span.Start], PromptOrigin.Template);
            yield return new(prompt.Value[span.Start..span.End], span.Source == last ? PromptOrigin.LastInput : PromptOrigin.Input);
            start = span.End;
        }

        yield return new(prompt.Value[start..], PromptOrigin.Template);
    }

    private static string Short(string message) => message.Length <= MessageLengthMax ? message : $"{message[..MessageLengthMax]}…";
}

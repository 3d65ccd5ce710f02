using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts.Jinja;
using Pipeline.Inference.Prompts.Jinja.Values;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>
/// The chat template of a model's file, read once when the model is loaded. What it can do with system messages, functions and
/// the form of texts is found out by rendering small conversations. Safe from any thread.
/// </summary>
public sealed class ChatTemplate
{
    private readonly JinjaTemplate _template;
    private readonly JinjaTemplate _toolTemplate;
    private readonly ChatTemplateSource _source;
    private readonly TimeProvider _time;
    private readonly MessageValues _values;

    private ChatTemplate(ChatTemplateSource source, TimeProvider time)
    {
        (_source, _time) = (source, time);
        _template = JinjaTemplate.Parse(source.Template);
        _toolTemplate = source.ToolTemplate is null ? _template : JinjaTemplate.Parse(source.ToolTemplate);
        TemplateProbe probe = new((messages, tools, values) => Execute(messages, tools, thinking: false, values, CancellationToken.None).Value);
        (_values, Tools) = probe.Find();
    }

    /// <summary>How the template itself writes functions and their calls; null where it does not, or in a form that no grammar here has.</summary>
    public ToolStyle? Tools { get; }

    /// <exception cref="ModelLoadException">It is no template, or larger than any that is known.</exception>
    public static ChatTemplate Parse(ChatTemplateSource source, string model, TimeProvider time)
    {
        try
        {
            return new(source, time);
        }
        catch (JinjaException e)
        {
            throw new ModelLoadException(
                $"The chat template of {model} cannot be read: {e.Message}.",
                "Take another file of the model, whose tokenizer.chat_template is whole, or a model of a known family, such as Qwen, Llama, Mistral or Gemma.", e);
        }
    }

    /// <exception cref="JinjaException">It does not take this conversation.</exception>
    internal Text Execute(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, bool thinking, CancellationToken cancellationToken) =>
        Execute(messages, tools, thinking, _values, cancellationToken);

    private Text Execute(IReadOnlyList<ChatMessage> messages, ToolOffer? tools, bool thinking, MessageValues values, CancellationToken cancellationToken)
    {
        // Names and defaults are those of transformers.
        Dictionary<string, object?> given = new()
        {
            ["messages"] = values.Of(messages),
            ["tools"] = MessageValues.Of(tools),
            ["documents"] = null,
            ["bos_token"] = new Text(_source.BosToken ?? ""),
            ["eos_token"] = new Text(_source.EosToken ?? ""),
            ["add_generation_prompt"] = true,
            ["enable_thinking"] = thinking,
        };
        return (ToolPrompt.IsPlain(messages, tools) ? _template : _toolTemplate).Execute(given, _time, cancellationToken);
    }
}

/// <summary>What the model's file says.</summary>
/// <param name="Template">tokenizer.chat_template.</param>
/// <param name="ToolTemplate">tokenizer.chat_template.tool_use; null where there is none.</param>
/// <param name="BosToken">Text of the token; null where the model has none.</param>
/// <param name="EosToken">As <paramref name="BosToken"/>.</param>
public sealed record ChatTemplateSource(string Template, string? ToolTemplate, string? BosToken, string? EosToken);

using LLama;
using LLama.Exceptions;
using LLama.Native;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>
/// Decides who renders the prompts of a model: llama.cpp, where it recognises the template, or the template itself. llama.cpp leaves out the
/// template's part for functions, so a template that writes them always renders those.
/// </summary>
internal static class LLamaSharpTemplates
{
    private const string Key = "tokenizer.chat_template";

    /// <summary>The one for all prompts, or the one for those with functions alone; neither where llama.cpp renders all, or where there is none.</summary>
    /// <exception cref="ModelLoadException">llama.cpp does not recognise it, and it is no template.</exception>
    public static (ChatTemplate? Own, ChatTemplate? ForTools) Read(LLamaWeights weights, string model, TimeProvider time)
    {
        if (weights.Metadata.GetValueOrDefault(Key) is not { Length: > 0 } template)
        {
            return (null, null);
        }

        if (!IsRecognised(weights))
        {
            return (Parse(weights, template, model, time), null);
        }

        try
        {
            return (null, Parse(weights, template, model, time) is { Tools: not null } writing ? writing : null);
        }
        catch (ModelLoadException)
        {
            return (null, null); // llama.cpp does without it.
        }
    }

    private static ChatTemplate Parse(LLamaWeights weights, string template, string model, TimeProvider time)
    {
        SafeLlamaModelHandle.Vocabulary vocabulary = weights.NativeHandle.Vocab;
        string? TextOf(LLamaToken? token) => token is { } known ? vocabulary.LLamaTokenToString(known, isSpecialToken: true) : null;
        return ChatTemplate.Parse(
            new(template, weights.Metadata.GetValueOrDefault($"{Key}.tool_use"), TextOf(vocabulary.BOS), TextOf(vocabulary.EOS)), model, time);
    }

    private static bool IsRecognised(LLamaWeights weights)
    {
        try
        {
            new LLamaTemplate(weights, strict: true).Add("user", "").Apply();
            return true;
        }
        catch (MissingTemplateException)
        {
            return false;
        }
    }
}

using LLama;
using LLama.Exceptions;
using LLama.Native;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>Decides who renders the prompts of a model: llama.cpp, where it recognises the template, or the template itself.</summary>
internal static class LLamaSharpTemplates
{
    private const string Key = "tokenizer.chat_template";

    /// <summary>Null where llama.cpp recognises the template, or where there is none.</summary>
    /// <exception cref="ModelLoadException">It is no template.</exception>
    public static ChatTemplate? ReadOwn(LLamaWeights weights, string model, TimeProvider time)
    {
        if (weights.Metadata.GetValueOrDefault(Key) is not { Length: > 0 } template || IsRecognised(weights))
        {
            return null;
        }

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

using LLama;
using LLama.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>Reads what a loaded model says about itself.</summary>
internal static class LLamaSharpModelFacts
{
    public static ModelInfo ReadInfo(LLamaWeights weights, string path)
    {
        SafeLlamaModelHandle model = weights.NativeHandle;
        SafeLlamaModelHandle.Vocabulary vocabulary = model.Vocab;
        return new ModelInfo
        {
            Name = weights.Metadata.GetValueOrDefault("general.name") is { Length: > 0 } name ? name : Path.GetFileNameWithoutExtension(path),
            Architecture = weights.Metadata.GetValueOrDefault("general.architecture") ?? "unknown",
            VocabularySize = vocabulary.Count,
            ContextTokensTrained = model.ContextSize,
            EmbeddingSize = model.EmbeddingSize,
            WeightBytes = (long)model.SizeInBytes,
            BosToken = (int?)vocabulary.BOS,
            AddsBos = vocabulary.ShouldAddBOS,
            EndOfTurnToken = (int?)(vocabulary.EOT ?? vocabulary.EOS),
            Tools = weights.Metadata.GetValueOrDefault("tokenizer.chat_template")?.Contains("ipython", StringComparison.Ordinal) ?? false ? ToolStyle.Bare : ToolStyle.Tagged,
            Thinks = weights.Metadata.GetValueOrDefault("tokenizer.chat_template")?.Contains("<think>", StringComparison.Ordinal) ?? false,
        };
    }

    public static IReadOnlyList<ControlToken> ReadControlTokens(SafeLlamaModelHandle model)
    {
        SafeLlamaModelHandle.Vocabulary vocabulary = model.Vocab;
        List<ControlToken> tokens = [];
        int count = vocabulary.Count;
        for (int token = 0; token < count; token++)
        {
            LLamaTokenAttr attributes = ((LLamaToken)token).GetAttributes(vocabulary);
            if ((attributes & (LLamaTokenAttr.Control | LLamaTokenAttr.Unknown)) != 0)
            {
                string text = vocabulary.LLamaTokenToString(token, isSpecialToken: true) ?? "";
                tokens.Add(new(token, text, attributes.HasFlag(LLamaTokenAttr.LStrip), attributes.HasFlag(LLamaTokenAttr.RStrip)));
            }
        }

        return tokens;
    }
}

using Pipeline.Inference.Models;

namespace Pipeline.Inference.Onnx.Files;

/// <summary>Puts a model's configuration together from the files of transformers and of sentence-transformers.</summary>
internal static class ModelDescriptionReader
{
    private const string ConfigName = "config.json";
    private const string Remedy = "Put all files of the model there, as the Hugging Face Hub has them.";

    // These count positions from behind the padding token, so their tables are longer than their texts may be.
    private static readonly string[] _countFromPadding = ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "longformer"];

    /// <exception cref="ModelLoadException">A file is missing, damaged, or asks for what is not supported.</exception>
    public static ModelDescription Read(OnnxModelFiles files)
    {
        ModelConfig config = HubFileReader.Read(files, ConfigName, HubJson.Default.ModelConfig)
            ?? throw new ModelLoadException($"{files.Root} has no {ConfigName}.", Remedy);
        SentenceConfig? sentences = HubFileReader.Read(files, "sentence_bert_config.json", HubJson.Default.SentenceConfig);
        TokenizerConfig? tokenizer = HubFileReader.Read(files, "tokenizer_config.json", HubJson.Default.TokenizerConfig);
        SentenceModule[] modules = HubFileReader.Read(files, "modules.json", HubJson.Default.SentenceModuleArray) ?? [];
        return new()
        {
            ModelType = config.ModelType ?? "unknown",
            TokensMax = TokensMax(config, sentences, tokenizer),
            PadToken = config.PadTokenId ?? 0,
            Pooling = ReadPooling(files, Array.Find(modules, module => module.Kind == "Pooling")?.Path ?? "1_Pooling"),
            Head = Array.Find(modules, module => module.Kind is not ("Transformer" or "Pooling" or "Normalize"))?.Kind,
            LowersTexts = sentences?.DoLowerCase ?? false,
            HiddenSize = config.HiddenSize ?? 0,
            FeedForwardSize = config.IntermediateSize ?? 0,
            Heads = config.NumAttentionHeads ?? 0,
        };
    }

    /// <summary>As sentence-transformers has it: its own bound, else the tokenizer's; never more than there are positions.</summary>
    private static int TokensMax(ModelConfig config, SentenceConfig? sentences, TokenizerConfig? tokenizer)
    {
        int positions = config.MaxPositionEmbeddings ?? int.MaxValue;
        if (config.MaxPositionEmbeddings is { } table && _countFromPadding.Contains(config.ModelType, StringComparer.Ordinal))
        {
            positions = table - (config.PadTokenId ?? 1) - 1;
        }

        double bound = sentences?.MaxSeqLength ?? tokenizer?.ModelMaxLength ?? int.MaxValue;
        int tokens = (int)Math.Min(bound, positions);
        return tokens == int.MaxValue ? 0 : tokens;
    }

    private static Pooling? ReadPooling(OnnxModelFiles files, string folder)
    {
        string name = Path.Combine(folder, ConfigName);
        if (HubFileReader.Read(files, name, HubJson.Default.PoolingConfig) is not { } config)
        {
            return null;
        }

        return Modes(config) switch
        {
            ["cls"] => Pooling.Cls,
            // All vectors get length 1, and these two have one direction.
            ["mean"] or ["mean_sqrt_len_tokens"] => Pooling.Mean,
            ["lasttoken"] => Pooling.Last,
            var modes => throw new ModelLoadException(
                $"{files.PathOf(name)} pools by {(modes is [] ? "nothing" : string.Join(" and ", modes))}.", "Take a model that pools by mean, cls or last token."),
        };
    }

    private static string[] Modes(PoolingConfig config)
    {
        (string Name, bool Used)[] flags =
        [
            ("cls", config.PoolingModeClsToken), ("mean", config.PoolingModeMeanTokens), ("max", config.PoolingModeMaxTokens),
            ("mean_sqrt_len_tokens", config.PoolingModeMeanSqrtLenTokens), ("weightedmean", config.PoolingModeWeightedmeanTokens),
            ("lasttoken", config.PoolingModeLasttoken),
        ];
        return config.PoolingMode is { } named ? [named] : [.. flags.Where(flag => flag.Used).Select(flag => flag.Name)];
    }
}

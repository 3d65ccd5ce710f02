using System.Text.Json.Serialization;

namespace Pipeline.Inference.Onnx.Files;

/// <summary>config.json, as far as it is read.</summary>
internal sealed record ModelConfig(
    string? ModelType, int? MaxPositionEmbeddings, int? PadTokenId, int? HiddenSize, int? IntermediateSize, int? NumAttentionHeads);

/// <summary>sentence_bert_config.json.</summary>
internal sealed record SentenceConfig(int? MaxSeqLength, bool? DoLowerCase);

/// <summary>tokenizer_config.json. Some write 1e30 for a length without a bound.</summary>
internal sealed record TokenizerConfig(
    double? ModelMaxLength, bool? DoLowerCase, bool? StripAccents, bool? TokenizeChineseChars, bool? AddPrefixSpace);

/// <summary>One line of modules.json.</summary>
internal sealed record SentenceModule(string? Path, string? Type)
{
    /// <summary>The last part of its Python name.</summary>
    public string Kind => Type?.Split('.')[^1] ?? "";
}

/// <summary>The pooling's config.json: flags, or in newer files a name.</summary>
internal sealed record PoolingConfig(
    bool PoolingModeClsToken,
    bool PoolingModeMeanTokens,
    bool PoolingModeMaxTokens,
    bool PoolingModeMeanSqrtLenTokens,
    bool PoolingModeWeightedmeanTokens,
    bool PoolingModeLasttoken,
    string? PoolingMode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ModelConfig))]
[JsonSerializable(typeof(SentenceConfig))]
[JsonSerializable(typeof(TokenizerConfig))]
[JsonSerializable(typeof(SentenceModule[]))]
[JsonSerializable(typeof(PoolingConfig))]
internal sealed partial class HubJson : JsonSerializerContext;

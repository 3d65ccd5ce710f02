using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Workers.Embedding;

/// <summary>How embedding jobs are done. Section <c>Kinds:Embedding</c>.</summary>
public sealed class EmbeddingOptions
{
    public const string Section = "Kinds:Embedding";

    /// <summary>
    /// An embedding model: a name of section <c>Models</c>, a GGUF file, or a directory with an ONNX model (model.onnx or onnx/model.onnx), its tokenizer and its
    /// configuration, or one ONNX file of such a directory. Null or empty takes the small model that ships with Pipeline.
    /// </summary>
    public string? Model { get; init; }

    /// <summary>
    /// Longest text in tokens; longer ones are rejected. One longer than the model reads at once is embedded in pieces, and
    /// its vector is their mean. 16 to 131,072, default 8,192.
    /// </summary>
    [Range(16, 131_072)]
    public int InputTokensMax { get; init; } = 8_192;

    /// <summary>
    /// Fewest numbers that a request may cut a vector to. Only models that were trained for it (Matryoshka) keep their meaning
    /// then, so null, the default, refuses <c>dimensions</c> other than the model's own; the model that ships may be cut to 64.
    /// 1 to 65,536.
    /// </summary>
    [Range(1, 65_536)]
    public int? DimensionsMin { get; init; }

    /// <summary>
    /// Texts whose vectors are remembered, so that a repeated text costs no pass; 384 dimensions take 1.7 KB a text. 0 to
    /// 10,000,000, default 20,000; 0 remembers none.
    /// </summary>
    [Range(0, 10_000_000)]
    public int CacheTextsMax { get; init; } = 20_000;

    internal bool TakesShippedModel => string.IsNullOrEmpty(Model);

    internal static string ShippedPath => Path.Combine(AppContext.BaseDirectory, "models", "embedding-mini.gguf");
}

[OptionsValidator]
internal sealed partial class EmbeddingOptionsValidator : IValidateOptions<EmbeddingOptions>;

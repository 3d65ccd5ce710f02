using Pipeline.Inference.Models;

namespace Pipeline.Inference.Embeddings;

/// <summary>Lower seam for embeddings, first half: loaded weights with their tokenizer. Tokenizing is safe from any thread.</summary>
public interface IEmbeddingModel : IDisposable
{
    /// <summary>Facts of the model.</summary>
    ModelInfo Info { get; }

    /// <summary>Tokens of a text without those that the model puts around it. Control tokens in the text are plain text; the empty text has none.</summary>
    int[] Tokenize(string text);

    /// <summary>Tokenizes a text as the whole input of the model: with those that it puts around one (BOS, EOS, CLS, SEP).</summary>
    int[] TokenizeInput(string text);

    /// <summary>Allocates what passes for embeddings need. Dispose the encoder before the model.</summary>
    /// <exception cref="ModelLoadException">The memory could not be allocated, or the model does not say how it pools.</exception>
    IEmbeddingEncoder CreateEncoder(EncoderParameters parameters);
}

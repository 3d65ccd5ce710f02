using Pipeline.Inference.Embeddings;

namespace Pipeline.Workers.Embedding.Documents;

/// <summary>How long texts are to the model.</summary>
internal interface ITokenCounter
{
    /// <summary>Most tokens that the model reads at once, less those that it puts around a text; null where nobody tells.</summary>
    int? TextTokensMax { get; }

    /// <summary>Tokens of a text, without those around it.</summary>
    int Count(string text);
}

/// <summary>The tokenizer of the loaded model.</summary>
internal sealed class LocalTokenCounter(EmbeddingEngine engine) : ITokenCounter
{
    private const int TokensAround = 2; // CLS and SEP, or BOS and EOS.

    public int? TextTokensMax => engine.TextTokensMax - TokensAround;

    public int Count(string text) => engine.CountTokens(text);
}

/// <summary>
/// For servers, which do not show their tokenizers: a token for every Hangul, Han or Kana character and for every three
/// others. That is more than most tokenizers make, so chunks come out shorter rather than too long.
/// </summary>
internal sealed class EstimatedTokenCounter : ITokenCounter
{
    private const int LettersOfToken = 3;
    private const char WideFrom = '\u1100';

    public int? TextTokensMax => null;

    public int Count(string text)
    {
        var wide = text.Count(letter => letter >= WideFrom);
        return wide + ((text.Length - wide + LettersOfToken - 1) / LettersOfToken);
    }
}

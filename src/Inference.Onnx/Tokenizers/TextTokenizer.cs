using System.Text;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>The tokenizer of a model with the tokens that it puts around a text. Safe from any thread.</summary>
/// <param name="Tokenizer">Knows no control tokens: those in a text are plain text.</param>
/// <param name="VocabularySize">All tokens are below it.</param>
/// <param name="Around">Tokens around a text, in the model's numbers.</param>
internal sealed record TextTokenizer(Tokenizer Tokenizer, Surroundings Around, int VocabularySize)
{
    /// <summary>sentence-transformers lowers the texts of some models before their tokenizer sees them.</summary>
    public bool LowersTexts { get; init; }

    /// <summary>From the tokenizer's number of a token to the model's; null where they are the same.</summary>
    public Func<int, int>? ToModel { get; init; }

    /// <summary>The model's unknown token where a run of them counts as one, which the library leaves apart; null where it does not.</summary>
    public int? FusedToken { get; init; }

    public int[] Tokenize(string text)
    {
        string whole = WellFormed(LowersTexts ? text.ToLowerInvariant() : text);
        List<int> tokens = new(whole.Length / 2);
        foreach (int token in Tokenizer.EncodeToIds(whole))
        {
            int own = ToModel?.Invoke(token) ?? token;
            if (own != FusedToken || tokens is [] || tokens[^1] != own)
            {
                tokens.Add(own);
            }
        }

        return [.. tokens];
    }

    public int[] TokenizeInput(string text) => [.. Around.Before, .. Tokenize(text), .. Around.After];

    /// <summary>Half a character becomes the sign for one that is missing: UTF-8, which models were trained on, has none.</summary>
    private static string WellFormed(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}

/// <summary>Tokens around a text.</summary>
internal sealed record Surroundings(IReadOnlyList<int> Before, IReadOnlyList<int> After);

using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>BERT's words: parted by white space, and every punctuation mark one of its own.</summary>
internal static partial class BertWords
{
    public static PreTokenizer PreTokenizer { get; } = new RegexPreTokenizer(Word(), specialTokens: null);

    // ASCII's symbols are punctuation to BERT, those of other blocks are not.
    [GeneratedRegex(@"[!-/:-@\[-`{-~\p{P}]|[^\s!-/:-@\[-`{-~\p{P}]+")]
    private static partial Regex Word();
}

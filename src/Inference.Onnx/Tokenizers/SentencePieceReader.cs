using Microsoft.ML.Tokenizers;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>
/// A SentencePiece model as the XLM-RoBERTa family uses it: fairseq put its own control tokens first, so that a token's number in the
/// model is that of SentencePiece plus one, and the unknown token, 0 there, is 3 here.
/// </summary>
internal static class SentencePieceReader
{
    private const int Begin = 0;
    private const int End = 2;
    private const int Unknown = 3;
    private const int ControlTokens = 4; // <s>, <pad>, </s>, <unk>; SentencePiece has three, without the padding.
    private const int PieceOffset = 1;

    private static readonly string[] _families = ["xlm-roberta", "xlm-roberta-xl", "camembert"];

    public static TextTokenizer Read(string path, string modelType)
    {
        if (!_families.Contains(modelType, StringComparer.Ordinal))
        {
            throw new InvalidDataException($"model_type is {modelType}, and without a tokenizer.json only {string.Join(", ", _families)} are known to number tokens as this file does");
        }

        using FileStream file = File.OpenRead(path);
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.Create(file, addBeginningOfSentence: false, addEndOfSentence: false);
        int size = tokenizer.Vocabulary.Values.Max() + PieceOffset + 1;
        return new(tokenizer, new([Begin], [End]), Math.Max(size, ControlTokens) + 1) // The last is <mask>.
        {
            FusedToken = Unknown,
            ToModel = piece => piece == tokenizer.UnknownId ? Unknown : piece + PieceOffset,
        };
    }
}

using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>
/// The Unigram model of a tokenizer.json. The library reads SentencePiece files only, so the pieces are written as one in memory; its
/// positions are the model's numbers.
/// </summary>
internal static class UnigramReader
{
    public static TextTokenizer Read(TokenizerJson json)
    {
        byte[] charsMap = [];
        foreach (JsonElement step in TokenizerJson.Steps(json.Normalizer, "normalizers"))
        {
            charsMap = TokenizerJson.Text(step, "type") switch
            {
                "Precompiled" => step.GetProperty("precompiled_charsmap").GetBytesFromBase64(),
                "Replace" or "Strip" => charsMap, // White space, which SentencePiece joins and strips itself.
                var other => throw json.Unsupported("normalizer", other),
            };
        }

        foreach (JsonElement step in TokenizerJson.Steps(json.PreTokenizer, "pretokenizers"))
        {
            if (TokenizerJson.Text(step, "type") is not ("Metaspace" or "WhitespaceSplit"))
            {
                throw json.Unsupported("pre-tokenizer", TokenizerJson.Text(step, "type"));
            }
        }

        UnigramPiece[] pieces = [.. json.Model.GetProperty("vocab").EnumerateArray().Select(piece => new UnigramPiece(piece[0].GetString()!, piece[1].GetSingle()))];
        int unknown = json.Model.GetProperty("unk_id").GetInt32();
        using MemoryStream model = new(SentencePieceFile.Write(pieces, unknown, json.ControlTokens.Values.ToHashSet(), charsMap));
        SentencePieceTokenizer tokenizer = SentencePieceTokenizer.Create(model, addBeginningOfSentence: false, addEndOfSentence: false);
        return new(tokenizer, json.Around(), json.SizeWith(pieces.Length)) { FusedToken = unknown };
    }
}

/// <summary>A token and the logarithm of its probability.</summary>
internal readonly record struct UnigramPiece(string Text, float Score);

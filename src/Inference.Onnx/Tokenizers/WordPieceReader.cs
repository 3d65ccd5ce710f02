using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using Pipeline.Inference.Onnx.Files;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>WordPiece, of BERT and its kin.</summary>
internal static class WordPieceReader
{
    /// <summary>A vocab.txt, a token a line; everything else is as BERT has it.</summary>
    public static TextTokenizer ReadText(string path, TokenizerConfig? config)
    {
        string[] tokens = File.ReadAllLines(path);
        bool lowers = config?.DoLowerCase ?? true;
        BertTextNormalizer normalizer = new(lowers, config?.StripAccents ?? lowers, config?.TokenizeChineseChars ?? true, cleans: true);
        return Create(tokens, new WordPieceOptions { Normalizer = normalizer }, new([Find("[CLS]")], [Find("[SEP]")]), tokens.Length);

        int Find(string token) => Array.IndexOf(tokens, token) is >= 0 and var id
            ? id : throw new InvalidDataException($"{token} is missing; with other control tokens a tokenizer.json is needed");
    }

    public static TextTokenizer Read(TokenizerJson json)
    {
        JsonElement[] preTokenizers = [.. TokenizerJson.Steps(json.PreTokenizer, "pretokenizers")];
        if (preTokenizers is not [var only] || TokenizerJson.Text(only, "type") is not "BertPreTokenizer")
        {
            throw json.Unsupported("pre-tokenizer", json.PreTokenizer is { } other ? TokenizerJson.Text(other, "type") : null);
        }

        JsonElement vocabulary = json.Model.GetProperty("vocab");
        string[] tokens = new string[vocabulary.EnumerateObject().Max(token => token.Value.GetInt32()) + 1];
        foreach (JsonProperty token in vocabulary.EnumerateObject())
        {
            tokens[token.Value.GetInt32()] = token.Name;
        }

        WordPieceOptions options = new()
        {
            Normalizer = Normalizer(json),
            UnknownToken = TokenizerJson.Text(json.Model, "unk_token") ?? "[UNK]",
            ContinuingSubwordPrefix = TokenizerJson.Text(json.Model, "continuing_subword_prefix") ?? "##",
            MaxInputCharsPerWord = TokenizerJson.Member(json.Model, "max_input_chars_per_word")?.GetInt32() ?? 100,
        };
        return Create(tokens, options, json.Around(), json.SizeWith(tokens.Length));
    }

    private static BertTextNormalizer? Normalizer(TokenizerJson json)
    {
        if (json.Normalizer is not { } normalizer)
        {
            return null;
        }

        if (TokenizerJson.Text(normalizer, "type") is not "BertNormalizer")
        {
            throw json.Unsupported("normalizer", TokenizerJson.Text(normalizer, "type"));
        }

        bool lowers = TokenizerJson.Flag(normalizer, "lowercase", true);
        return new(
            lowers, TokenizerJson.Flag(normalizer, "strip_accents", lowers), TokenizerJson.Flag(normalizer, "handle_chinese_chars", true), TokenizerJson.Flag(normalizer, "clean_text", true));
    }

    private static TextTokenizer Create(string?[] tokens, WordPieceOptions options, Surroundings around, int size)
    {
        options.PreTokenizer = BertWords.PreTokenizer;
        // The library counts lines; a number without a token is an empty one.
        using MemoryStream lines = new(Encoding.UTF8.GetBytes(string.Join('\n', tokens)));
        return new(WordPieceTokenizer.Create(lines, options), around, size);
    }
}

using System.Globalization;
using System.Text;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Vocabularies;

/// <summary>Reads the vocabulary of a model from the head of its file.</summary>
public static class GgufVocabulary
{
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const string TypesKey = "tokenizer.ggml.token_type";
    private const string BytePairs = "gpt2";
    private const string SentencePieces = "llama";
    private const int Control = 3;
    private const int UserDefined = 4;
    private const int SingleByte = 6;
    private const char SpaceMark = '\u2581';

    // The printable character that byte-level BPE writes for a byte: printable ones of Latin-1 are themselves, the others numbered from U+0100.
    private static readonly Dictionary<char, byte> Alphabet = CreateAlphabet();

    /// <summary>Null where nothing can be said: the file is damaged, or its tokenizer changes texts before it cuts them, or does not take every text apart.</summary>
    public static Vocabulary? Read(string path)
    {
        try
        {
            GgufMetadata metadata = GgufReader.ReadMetadata(path, TokensKey, TypesKey);
            string? model = metadata.Text("tokenizer.ggml.model");
            return model is BytePairs or SentencePieces && metadata.Array<string>(TokensKey) is { } tokens
                ? Of(tokens, metadata.Array<int>(TypesKey), marksSpaces: model is SentencePieces)
                : null;
        }
        catch (ModelLoadException)
        {
            return null; // Whoever loads the model says what is wrong with the file.
        }
    }

    private static Vocabulary? Of(IReadOnlyList<string> tokens, IReadOnlyList<int>? types, bool marksSpaces)
    {
        List<byte[]> texts = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            int type = i < types?.Count ? types[i] : 0;
            if (type is Control)
            {
                continue; // What belongs to a request never becomes one.
            }

            if (marksSpaces)
            {
                texts.Add(type is SingleByte ? ByteOf(tokens[i]) : Encoding.UTF8.GetBytes(tokens[i].Replace(SpaceMark, ' ')));
                continue;
            }

            // Tokens that were added to a model stand as they are, and look like others where they have plain letters alone.
            if (tokens[i].All(Alphabet.ContainsKey))
            {
                texts.Add([.. tokens[i].Select(letter => Alphabet[letter])]);
            }

            if (type is UserDefined || !tokens[i].All(Alphabet.ContainsKey))
            {
                texts.Add(Encoding.UTF8.GetBytes(tokens[i]));
            }
        }

        try
        {
            return new(texts, marksSpaces);
        }
        catch (ArgumentException)
        {
            return null; // What it has no tokens for becomes one of unknown meaning, however long.
        }
    }

    /// <summary><c>&lt;0x0A&gt;</c>.</summary>
    private static byte[] ByteOf(string token) =>
        token is ['<', '0', 'x', _, _, '>'] && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? [value] : [];

    private static Dictionary<char, byte> CreateAlphabet()
    {
        Dictionary<char, byte> letters = [];
        int others = 0;
        for (int value = 0; value < 256; value++)
        {
            bool isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xFF and not 0xAD);
            letters[isPrintable ? (char)value : (char)(256 + others++)] = (byte)value;
        }

        return letters;
    }
}

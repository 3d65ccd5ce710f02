using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;
using Pipeline.Inference.Onnx.Files;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>Byte-level BPE, of RoBERTa's English kin and of embedding models made from decoders.</summary>
internal static partial class BpeReader
{
    /// <summary>vocab.json and merges.txt without a tokenizer.json: RoBERTa's.</summary>
    public static TextTokenizer ReadPair(string vocabulary, string merges, TokenizerConfig? config)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(vocabulary));
        Dictionary<string, int> tokens = Vocabulary(document.RootElement);
        string[] lines = [.. File.ReadAllLines(merges).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))];
        return Create(tokens, lines, RobertaWords(), config?.AddPrefixSpace ?? false, new([tokens["<s>"]], [tokens["</s>"]]), tokens.Values.Max() + 1);
    }

    public static TextTokenizer Read(TokenizerJson json)
    {
        JsonElement[] steps = [.. TokenizerJson.Steps(json.PreTokenizer, "pretokenizers")];
        if (steps is [] || TokenizerJson.Text(steps[^1], "type") is not "ByteLevel")
        {
            throw json.Unsupported("pre-tokenizer", steps is [] ? null : TokenizerJson.Text(steps[^1], "type"));
        }

        if (Array.Find([.. TokenizerJson.Steps(json.Normalizer, "normalizers")], step => TokenizerJson.Text(step, "type") is not "NFC") is { ValueKind: JsonValueKind.Object } other)
        {
            throw json.Unsupported("normalizer", TokenizerJson.Text(other, "type"));
        }

        Dictionary<string, int> tokens = Vocabulary(json.Model.GetProperty("vocab"));
        // "a b" in older files, ["a", "b"] in newer ones.
        string[] merges = [.. json.Model.GetProperty("merges").EnumerateArray().Select(merge => merge.ValueKind is JsonValueKind.String ? merge.GetString()! : $"{merge[0].GetString()} {merge[1].GetString()}")];
        return Create(tokens, merges, Words(json, steps), TokenizerJson.Flag(steps[^1], "add_prefix_space", false), json.Around(), json.SizeWith(tokens.Values.Max() + 1));
    }

    private static Dictionary<string, int> Vocabulary(JsonElement element) =>
        element.EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetInt32(), StringComparer.Ordinal);

    private static Regex Words(TokenizerJson json, JsonElement[] steps) => steps switch
    {
        [var bytes] when TokenizerJson.Flag(bytes, "use_regex", true) => RobertaWords(),
        // The pattern is the model's; it runs as long as the text is long.
        [var split, _] when TokenizerJson.Text(split, "type") is "Split" && TokenizerJson.Text(split.GetProperty("pattern"), "Regex") is { } pattern =>
            new(pattern, RegexOptions.CultureInvariant),
        _ => throw json.Unsupported("pre-tokenizer", TokenizerJson.Text(steps[0], "type")),
    };

    private static TextTokenizer Create(Dictionary<string, int> tokens, string[] merges, Regex words, bool addsPrefixSpace, Surroundings around, int size)
    {
        BpeOptions options = new(tokens)
        {
            Merges = merges,
            ByteLevel = true,
            PreTokenizer = new IsolatedWords(words),
            Normalizer = new ByteTextNormalizer(addsPrefixSpace),
        };
        return new(BpeTokenizer.Create(options), around, size);
    }

    // GPT-2's: short forms, then letters, digits and others with the space before them.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex RobertaWords();
}

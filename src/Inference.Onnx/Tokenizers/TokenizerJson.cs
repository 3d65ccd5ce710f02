using System.Text.Json;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>A tokenizer.json of Hugging Face's tokenizers, read where it is asked.</summary>
internal sealed class TokenizerJson(JsonElement root, string path)
{
    public JsonElement Model { get; } = root.GetProperty("model");

    /// <summary>Older files do not name it; their members do.</summary>
    public string ModelType =>
        Text(Model, "type")
        ?? (Member(Model, "merges") is not null ? "BPE" : Member(Model, "unk_id") is not null ? "Unigram" : "WordPiece");

    /// <summary>Null where there is none.</summary>
    public JsonElement? Normalizer => Member(root, "normalizer");

    public JsonElement? PreTokenizer => Member(root, "pre_tokenizer");

    /// <summary>Tokens that stand in no text: their numbers, by text.</summary>
    public IReadOnlyDictionary<string, int> ControlTokens { get; } = Member(root, "added_tokens") is not { } added
        ? new Dictionary<string, int>()
        : added.EnumerateArray().Where(token => token.GetProperty("special").GetBoolean())
            .ToDictionary(token => token.GetProperty("content").GetString()!, token => token.GetProperty("id").GetInt32(), StringComparer.Ordinal);

    /// <summary>One more than the highest number of a token.</summary>
    public int SizeWith(int vocabulary) =>
        Math.Max(vocabulary, Member(root, "added_tokens") is { } added ? added.EnumerateArray().Select(token => token.GetProperty("id").GetInt32() + 1).DefaultIfEmpty().Max() : 0);

    /// <summary>Tokens of the post-processor's template for one text.</summary>
    public Surroundings Around() => Member(root, "post_processor") is { } processor ? Around(processor) : new([], []);

    /// <summary>The steps of a normalizer or pre-tokenizer, sequences laid open.</summary>
    public static IEnumerable<JsonElement> Steps(JsonElement? element, string members) =>
        element is not { } step ? []
        : Text(step, "type") == "Sequence" ? step.GetProperty(members).EnumerateArray().SelectMany(inner => Steps(inner, members))
        : [step];

    public ModelLoadException Unsupported(string part, string? what) => new(
        $"The {part} {what ?? "without a type"} of {path} is not supported.", "Take an embedding model with a WordPiece, SentencePiece (Unigram) or byte-level BPE tokenizer.");

    /// <summary>Null where the member is missing or null.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public static string? Text(JsonElement element, string name) => Member(element, name)?.GetString();

    public static bool Flag(JsonElement element, string name, bool otherwise) => Member(element, name)?.GetBoolean() ?? otherwise;

    private Surroundings Around(JsonElement processor) => Text(processor, "type") switch
    {
        "TemplateProcessing" => OfTemplate(processor),
        "BertProcessing" or "RobertaProcessing" => new([processor.GetProperty("cls")[1].GetInt32()], [processor.GetProperty("sep")[1].GetInt32()]),
        "Sequence" => processor.GetProperty("processors").EnumerateArray().Select(Around)
            .LastOrDefault(around => around.Before.Count + around.After.Count > 0) ?? new([], []),
        "ByteLevel" => new([], []),
        var other => throw Unsupported("post-processor", other),
    };

    private static Surroundings OfTemplate(JsonElement processor)
    {
        List<int> before = [];
        List<int> after = [];
        List<int> side = before;
        foreach (JsonElement piece in processor.GetProperty("single").EnumerateArray())
        {
            if (Member(piece, "Sequence") is not null)
            {
                side = after;
            }
            else
            {
                string name = piece.GetProperty("SpecialToken").GetProperty("id").GetString()!;
                side.AddRange(processor.GetProperty("special_tokens").GetProperty(name).GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
            }
        }

        return new(before, after);
    }
}

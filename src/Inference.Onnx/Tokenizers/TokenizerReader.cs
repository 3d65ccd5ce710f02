using System.Text.Json;
using Pipeline.Inference.Models;
using Pipeline.Inference.Onnx.Files;

namespace Pipeline.Inference.Onnx.Tokenizers;

/// <summary>Chooses a model's tokenizer by the files that are there. tokenizer.json comes first: it says everything.</summary>
internal static class TokenizerReader
{
    /// <exception cref="ModelLoadException">No file of a tokenizer is there, or it is of a kind that is not supported.</exception>
    public static TextTokenizer Read(OnnxModelFiles files, ModelDescription description)
    {
        TokenizerConfig? config = HubFileReader.Read(files, "tokenizer_config.json", HubJson.Default.TokenizerConfig);
        TextTokenizer tokenizer =
            files.Has("tokenizer.json") ? HubFileReader.Guard(files.PathOf("tokenizer.json"), ReadJson)
            : files.Has("vocab.txt") ? HubFileReader.Guard(files.PathOf("vocab.txt"), path => WordPieceReader.ReadText(path, config))
            : files.Has("sentencepiece.bpe.model") ? HubFileReader.Guard(files.PathOf("sentencepiece.bpe.model"), path => SentencePieceReader.Read(path, description.ModelType))
            : files.Has("vocab.json") && files.Has("merges.txt") ? HubFileReader.Guard(files.PathOf("vocab.json"), path => BpeReader.ReadPair(path, files.PathOf("merges.txt"), config))
            : throw new ModelLoadException(
                $"{files.Root} has no tokenizer: neither tokenizer.json, nor vocab.txt, sentencepiece.bpe.model, or vocab.json with merges.txt.",
                "Put the model's tokenizer.json there.");
        return tokenizer with { LowersTexts = description.LowersTexts };
    }

    private static TextTokenizer ReadJson(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        TokenizerJson json = new(document.RootElement, path);
        return json.ModelType switch
        {
            "WordPiece" => WordPieceReader.Read(json),
            "Unigram" => UnigramReader.Read(json),
            "BPE" => BpeReader.Read(json),
            var other => throw json.Unsupported("model", other),
        };
    }
}

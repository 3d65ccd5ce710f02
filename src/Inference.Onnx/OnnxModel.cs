using Microsoft.ML.OnnxRuntime;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.Inference.Onnx.Files;
using Pipeline.Inference.Onnx.Passes;
using Pipeline.Inference.Onnx.Tokenizers;

namespace Pipeline.Inference.Onnx;

/// <summary>A model in ONNX Runtime with its tokenizer.</summary>
internal sealed class OnnxModel(InferenceSession session, OnnxModelFiles files, ModelDescription description, TextTokenizer tokenizer) : IEmbeddingModel
{
    public ModelInfo Info { get; } = new()
    {
        Name = OnnxModelFiles.NameOf(files.Graph),
        Architecture = description.ModelType,
        VocabularySize = tokenizer.VocabularySize,
        ContextTokensTrained = description.TokensMax,
        WeightBytes = files.WeightBytes,
        EmbeddingSize = description.HiddenSize,
    };

    public int[] Tokenize(string text) => tokenizer.Tokenize(text);

    public int[] TokenizeInput(string text) => tokenizer.TokenizeInput(text);

    public IEmbeddingEncoder CreateEncoder(EncoderParameters parameters) =>
        new OnnxEncoder(session, EncoderGraph.Read(session, files, description), tokenizer.VocabularySize, description.PadToken, parameters.Limits);

    public void Dispose() => session.Dispose();
}

using Pipeline.Bench.Models.Gguf;
using Pipeline.Bench.Models.Vocabularies;

namespace Pipeline.Bench.Models;

/// <summary>Metadata and tensors that llama.cpp expects of bert.</summary>
internal static class EncoderArchitecture
{
    public static GgufContent Describe(EncoderShape shape, WeightType weights, Pooling pooling)
    {
        WordPieceVocabulary vocabulary = WordPieceVocabulary.Create();
        GgufContent content = new();
        AddMetadata(content.Metadata, shape, weights, pooling);
        vocabulary.AddTo(content.Metadata);
        AddTensors(content, shape, vocabulary.Tokens.Count, weights);
        return content;
    }

    private static void AddMetadata(GgufMetadataWriter metadata, EncoderShape shape, WeightType weights, Pooling pooling)
    {
        metadata.Add("general.architecture", "bert");
        metadata.Add("general.name", shape.Name);
        metadata.Add("general.type", "model");
        metadata.Add("general.file_type", weights.FileType());
        metadata.Add("general.quantization_version", 2u);
        metadata.Add("bert.block_count", (uint)shape.Layers);
        metadata.Add("bert.context_length", (uint)shape.Context);
        metadata.Add("bert.embedding_length", (uint)shape.Embedding);
        metadata.Add("bert.feed_forward_length", (uint)shape.FeedForward);
        metadata.Add("bert.attention.head_count", (uint)shape.Heads);
        metadata.Add("bert.attention.layer_norm_epsilon", 1e-12f);
        metadata.Add("bert.attention.causal", false);
        metadata.Add("bert.pooling_type", (uint)pooling);
    }

    private static void AddTensors(GgufContent content, EncoderShape shape, int vocabulary, WeightType weights)
    {
        int width = shape.Embedding;
        content.AddMatrix("token_embd.weight", width, vocabulary, weights, deviation: 1);
        content.AddMatrix("token_types.weight", width, 2, WeightType.F32, deviation: 0.02);
        content.AddMatrix("position_embd.weight", width, shape.Context, WeightType.F32, deviation: 0.1);
        AddNorm(content, "token_embd_norm", width);
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string block = $"blk.{layer}.";
            foreach (string name in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                AddLinear(content, block + name, width, width, weights);
            }

            AddNorm(content, $"{block}attn_output_norm", width);
            AddLinear(content, $"{block}ffn_up", width, shape.FeedForward, weights);
            AddLinear(content, $"{block}ffn_down", shape.FeedForward, width, weights);
            AddNorm(content, $"{block}layer_output_norm", width);
        }
    }

    private static void AddLinear(GgufContent content, string name, int inputs, int outputs, WeightType weights)
    {
        content.AddMatrix($"{name}.weight", inputs, outputs, weights);
        content.AddVector($"{name}.bias", outputs, deviation: 0.02);
    }

    private static void AddNorm(GgufContent content, string name, int width)
    {
        content.AddConstant($"{name}.weight", width, 1);
        content.AddConstant($"{name}.bias", width, 0);
    }
}

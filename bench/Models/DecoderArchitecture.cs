using Pipeline.Bench.Models.Gguf;
using Pipeline.Bench.Models.Vocabularies;

namespace Pipeline.Bench.Models;

/// <summary>Metadata and tensors that llama.cpp expects of llama and qwen2.</summary>
internal static class DecoderArchitecture
{
    public static GgufContent Describe(DecoderShape shape, ModelRecipe recipe)
    {
        WeightType weights = recipe.Weights;
        GgufContent content = new();
        AddMetadata(content.Metadata, shape, recipe);
        BytePairVocabulary.Train(shape.Vocabulary, shape.Merges).AddTo(content.Metadata, shape.PreTokenizer, recipe.ChatTemplate);
        AddTensors(content, shape, weights);
        return content;
    }

    private static void AddMetadata(GgufMetadataWriter metadata, DecoderShape shape, ModelRecipe recipe)
    {
        string prefix = shape.Architecture;
        metadata.Add("general.architecture", shape.Architecture);
        metadata.Add("general.name", recipe.Name ?? shape.Name);
        metadata.Add("general.type", "model");
        metadata.Add("general.file_type", recipe.Weights.FileType());
        metadata.Add("general.quantization_version", 2u);
        metadata.Add($"{prefix}.block_count", (uint)shape.Layers);
        metadata.Add($"{prefix}.context_length", (uint)shape.Context);
        metadata.Add($"{prefix}.embedding_length", (uint)shape.Embedding);
        metadata.Add($"{prefix}.feed_forward_length", (uint)shape.FeedForward);
        metadata.Add($"{prefix}.attention.head_count", (uint)shape.Heads);
        metadata.Add($"{prefix}.attention.head_count_kv", (uint)shape.KvHeads);
        metadata.Add($"{prefix}.attention.layer_norm_rms_epsilon", 1e-6f);
        metadata.Add($"{prefix}.rope.freq_base", shape.RopeBase);
        metadata.Add($"{prefix}.rope.dimension_count", (uint)(shape.Embedding / shape.Heads));
        metadata.Add($"{prefix}.vocab_size", (uint)shape.Vocabulary);
        if (recipe.Pooling is { } pooling)
        {
            metadata.Add($"{prefix}.pooling_type", (uint)pooling);
        }
    }

    private static void AddTensors(GgufContent content, DecoderShape shape, WeightType weights)
    {
        int width = shape.Embedding;
        int kvWidth = shape.KvHeads * (width / shape.Heads);
        // Deviation 1/√inputs keeps activations near 1 through all layers.
        content.AddMatrix("token_embd.weight", width, shape.Vocabulary, shape.TiesOutput ? OutputType(weights) : weights, shape.TiesOutput ? 1 / Math.Sqrt(width) : 1);
        content.AddConstant("output_norm.weight", width, 1);
        if (!shape.TiesOutput)
        {
            content.AddMatrix("output.weight", width, shape.Vocabulary, OutputType(weights));
        }

        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string block = $"blk.{layer}.";
            WeightType precise = HasMoreBits(layer, shape.Layers) ? OutputType(weights) : weights;
            content.AddConstant($"{block}attn_norm.weight", width, 1);
            AddProjection(content, $"{block}attn_q", shape, width, weights);
            AddProjection(content, $"{block}attn_k", shape, kvWidth, weights);
            AddProjection(content, $"{block}attn_v", shape, kvWidth, precise);
            content.AddMatrix($"{block}attn_output.weight", width, width, weights);
            content.AddConstant($"{block}ffn_norm.weight", width, 1);
            content.AddMatrix($"{block}ffn_gate.weight", width, shape.FeedForward, weights);
            content.AddMatrix($"{block}ffn_up.weight", width, shape.FeedForward, weights);
            content.AddMatrix($"{block}ffn_down.weight", shape.FeedForward, width, precise);
        }
    }

    private static WeightType OutputType(WeightType weights) => weights == WeightType.Q4K ? WeightType.Q6K : weights;

    /// <summary>The layers to whose values and outputs llama.cpp's Q4_K_M gives more bits.</summary>
    private static bool HasMoreBits(int layer, int layers) => layer < layers / 8 || layer >= 7 * layers / 8 || (layer - (layers / 8)) % 3 == 2;

    private static void AddProjection(GgufContent content, string name, DecoderShape shape, int outputs, WeightType weights)
    {
        content.AddMatrix($"{name}.weight", shape.Embedding, outputs, weights);
        if (shape.IsQwen)
        {
            content.AddVector($"{name}.bias", outputs, deviation: 0.02);
        }
    }
}

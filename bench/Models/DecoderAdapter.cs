using Pipeline.Bench.Models.Gguf;

namespace Pipeline.Bench.Models;

/// <summary>A LoRA adapter as convert_lora_to_gguf.py of llama.cpp writes it: two narrow matrices beside each one that it changes.</summary>
internal static class DecoderAdapter
{
    public static GgufContent Describe(DecoderShape shape, int rank)
    {
        GgufContent content = new();
        content.Metadata.Add("general.architecture", shape.Architecture);
        content.Metadata.Add("general.type", "adapter");
        content.Metadata.Add("adapter.type", "lora");
        content.Metadata.Add("adapter.lora.alpha", (float)rank);
        int kvWidth = shape.KvHeads * (shape.Embedding / shape.Heads);
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            Add(content, $"blk.{layer}.attn_q.weight", shape.Embedding, shape.Embedding, rank);
            Add(content, $"blk.{layer}.attn_k.weight", shape.Embedding, kvWidth, rank);
            Add(content, $"blk.{layer}.attn_v.weight", shape.Embedding, kvWidth, rank);
            Add(content, $"blk.{layer}.attn_output.weight", shape.Embedding, shape.Embedding, rank);
        }

        return content;
    }

    private static void Add(GgufContent content, string name, int inputs, int outputs, int rank)
    {
        content.AddMatrix($"{name}.lora_a", inputs, rank, WeightType.F16);
        content.AddMatrix($"{name}.lora_b", rank, outputs, WeightType.F16);
    }
}
